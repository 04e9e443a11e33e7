// What sorts of events are called. Whoever extracts may bring words of their own: those are shown as they are.
import { useMemo } from "react";
import { type Language, useLanguage } from "../language/language";

const NAMES: Record<string, Record<Language, string>> = {
  work: { en: "Work", zh: "工作" },
  study: { en: "Study", zh: "学习" },
  communication: { en: "Communication", zh: "沟通" },
  social: { en: "Social media", zh: "社交" },
  video: { en: "Video", zh: "视频" },
  music: { en: "Music", zh: "音乐" },
  game: { en: "Games", zh: "游戏" },
  reading: { en: "Reading", zh: "阅读" },
  news: { en: "News", zh: "新闻" },
  search: { en: "Search", zh: "搜索" },
  shopping: { en: "Shopping", zh: "购物" },
  payment: { en: "Payment", zh: "支付" },
  travel: { en: "Travel", zh: "出行" },
  food: { en: "Food", zh: "餐饮" },
  exercise: { en: "Exercise", zh: "运动" },
  health: { en: "Health", zh: "健康" },
  rest: { en: "Rest", zh: "休息" },
  home: { en: "Home", zh: "居家" },
  photo: { en: "Photos", zh: "拍照" },
  finance: { en: "Finance", zh: "理财" },
  alarm: { en: "Alarm", zh: "提醒" },
  maintenance: { en: "Maintenance", zh: "维护" },
  other: { en: "Other", zh: "其他" },
};
const ORDER = Object.keys(NAMES);
const FIRST_HUE = 190;
const GOLDEN_DEGREES = 137.508; // neighbours are far apart on the circle of hues, however many there are

export function useTypeNames(): (type: string) => string {
  const { language } = useLanguage();
  return useMemo(() => (type) => NAMES[type]?.[language] ?? type, [language]);
}

/** A type's colour, in both schemes the same hue: the same one for every user. */
export function inkOf(type: string): string {
  const hue = Math.round((FIRST_HUE + placeOf(type) * GOLDEN_DEGREES) % 360);
  return `light-dark(hsl(${hue} 52% 33%), hsl(${hue} 48% 70%))`;
}

/** Among the known ones, or by its letters. */
function placeOf(type: string): number {
  const at = ORDER.indexOf(type);
  if (at >= 0) return at;
  let sum = 0;
  for (const character of type) sum += character.codePointAt(0) ?? 0;
  return sum;
}

// Times as a log's own clock showed them, wherever the reader is: a breakfast at seven in Shanghai is at seven.
import { useMemo } from "react";
import { type Language, useLanguage } from "../language/language";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What the clock on the wall showed, in milliseconds as if it were UTC: an ISO time without its offset. */
export function wall(iso: string): number {
  return Date.parse(`${iso.slice(0, 19)}Z`);
}

export function midnight(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

/** `2026-03-02`, as date fields have it. */
export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export interface Clock {
  /** 07:14 */
  time: (at: number) => string;
  /** Mon 2 Mar */
  day: (at: number) => string;
  /** An ISO time in full. */
  full: (iso: string) => string;
  /** From one ISO time to another, the day said once. */
  span: (start: string, end: string) => string;
}

export function clock(language: Language): Clock {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const format = (style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC", hourCycle: "h23" });
  const times = format({ hour: "2-digit", minute: "2-digit" });
  const days = format({ weekday: "short", day: "numeric", month: "short" });
  const fulls = format({ dateStyle: "medium", timeStyle: "short" });
  const shown = (style: Intl.DateTimeFormat, at: number) => (Number.isNaN(at) ? "–" : style.format(at));
  return {
    time: (at) => shown(times, at),
    day: (at) => shown(days, at),
    full: (iso) => shown(fulls, wall(iso)),
    span: (start, end) => {
      const [from, to] = [wall(start), wall(end)];
      const isOneDay = midnight(from) === midnight(to);
      const last = isOneDay ? shown(times, to) : shown(fulls, to);
      return from === to ? shown(fulls, from) : `${shown(fulls, from)} – ${last}`;
    },
  };
}

export function useClock(): Clock {
  const { language } = useLanguage();
  return useMemo(() => clock(language), [language]);
}

// Numbers, sizes, times and money as people of the page's language write them.
import { useMemo } from "react";
import { type Language, useLanguage } from "./language";

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
const STEP = 1000;
const DASH = "–"; // what is not known

export interface Formats {
  number: (value: number | null | undefined, digits?: number) => string;
  percent: (share: number) => string;
  bytes: (value: number | null | undefined) => string;
  /** Milliseconds as "850 ms", "2.4 s", "3 min 20 s". */
  duration: (ms: number | null | undefined) => string;
  /** An ISO time as date and time of this machine's zone. */
  time: (iso: string | null | undefined) => string;
  day: (iso: string) => string;
  /** US dollars unless said otherwise; a price that is not known is a dash, never nothing. */
  money: (amount: number | null | undefined, currency?: string) => string;
}

export function useFormats(): Formats {
  const { language } = useLanguage();
  return useMemo(() => formats(language), [language]);
}

export function formats(language: Language): Formats {
  const locale = LOCALES[language];
  const number = (value: number | null | undefined, digits = 0) =>
    value == null ? DASH : new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return {
    number,
    percent: (share) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share),
    bytes: (value) => (value == null ? DASH : bytes(locale, value)),
    duration: (ms) => (ms == null ? DASH : duration(number, ms)),
    time: (iso) => (iso ? dated(locale, iso, { dateStyle: "medium", timeStyle: "short" }) : DASH),
    day: (iso) => dated(locale, iso, { dateStyle: "medium" }),
    money: (amount, currency = "USD") => (amount == null ? DASH : money(locale, amount, currency)),
  };
}

function bytes(locale: string, value: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, value)) / Math.log(STEP)));
  const style = {
    style: "unit",
    unit: UNITS[power],
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: power ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(locale, style).format(value / STEP ** power);
}

function duration(number: Formats["number"], ms: number): string {
  if (ms < STEP) return `${number(ms)} ms`;
  const seconds = ms / STEP;
  if (seconds < 60) return `${number(seconds, 1)} s`;
  return `${number(Math.floor(seconds / 60))} min ${number(Math.floor(seconds % 60))} s`;
}

function dated(locale: string, iso: string, style: Intl.DateTimeFormatOptions): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : new Intl.DateTimeFormat(locale, style).format(at);
}

function money(locale: string, amount: number, currency: string): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 6 : 2;
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  return new Intl.NumberFormat(locale, {
    ...style,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
}

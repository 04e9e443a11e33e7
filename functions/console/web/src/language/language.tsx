// The language of the page: the browser's until somebody chooses, then theirs.
// Each part of the console keeps its words beside itself; the compiler holds that both languages have all.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export type Language = "en" | "zh";

const KEPT = "freshet.language";

/** The same words twice. A word that depends on a number or a name is a function. */
export function inBoth<Words>(en: Words, zh: NoInfer<Words>): Record<Language, Words> {
  return { en, zh };
}

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: "en", choose: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(kept);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  const chosen = useMemo<Chosen>(
    () => ({
      language,
      choose: (next) => {
        localStorage.setItem(KEPT, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context value={chosen}>{children}</Context>;
}

export function useLanguage(): Chosen {
  return useContext(Context);
}

export function useWords<Words>(words: Record<Language, Words>): Words {
  return words[useLanguage().language];
}

function kept(): Language {
  const found = localStorage.getItem(KEPT) ?? navigator.languages.find((one) => /^(en|zh)\b/.test(one));
  return found?.startsWith("zh") ? "zh" : "en";
}

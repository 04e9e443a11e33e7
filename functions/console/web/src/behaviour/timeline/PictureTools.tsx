// What turns the picture by buttons: for fingers, and for whoever prefers them to keys.
import { ChevronLeft, ChevronRight, Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { useWords } from "../../language/language";
import type { By } from "./layout";
import { Segments } from "./Segments";
import type { Looking } from "./useView";
import { WORDS } from "./words";

const STEP = 0.5;
const FACTOR = 1.8;

interface Props {
  looking: Looking;
  by: By;
  onBy: (by: By) => void;
}

export function PictureTools({ looking, by, onBy }: Props) {
  const words = useWords(WORDS);
  const tools = [
    { name: words.earlier, icon: ChevronLeft, act: () => looking.move(-STEP), isOff: looking.isAll },
    { name: words.later, icon: ChevronRight, act: () => looking.move(STEP), isOff: looking.isAll },
    { name: words.closer, icon: ZoomIn, act: () => looking.zoom(FACTOR), isOff: false },
    { name: words.farther, icon: ZoomOut, act: () => looking.zoom(1 / FACTOR), isOff: looking.isAll },
    { name: words.all, icon: Maximize2, act: looking.fit, isOff: looking.isAll },
  ];
  return (
    <>
      <Segments
        label={words.lanes}
        options={(["type", "day"] as const).map((name) => ({ name, title: words.by[name] }))}
        chosen={by}
        onChoose={onBy}
      />
      <div className="row events-tools">
        {tools.map(({ name, icon: Icon, act, isOff }) => (
          <button
            key={name}
            type="button"
            className="small"
            aria-label={name}
            title={name}
            aria-disabled={isOff}
            onClick={isOff ? undefined : act}
          >
            <Icon aria-hidden />
          </button>
        ))}
      </div>
    </>
  );
}

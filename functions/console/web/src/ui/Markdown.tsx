// Markdown of models and documents, safely: no HTML of theirs is used, nothing is loaded for them, links open
// apart and say nothing of where they were. Blocks that are finished aren't parsed again while the rest streams.
import { memo, type ReactNode, useMemo } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import { blocks, code } from "./blocks";

type Plugins = NonNullable<Options["remarkPlugins"]>;

interface Props {
  text: string;
  /** How elements are shown that `plugins` make, such as citation markers. */
  components?: Components;
  /** Further steps over the parsed text. The same list each time, or every block is parsed again. */
  plugins?: Plugins;
}

const NONE: Plugins = [];
const SAFE: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // An image's address can carry away what the model has read: it is a link, loaded only if somebody asks.
  img: ({ src, alt }) => (
    <a href={typeof src === "string" ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
      {alt || String(src ?? "")}
    </a>
  ),
  input: ({ checked }) => <span>{checked ? "☑ " : "☐ "}</span>,
};

export function Markdown({ text, components, plugins = NONE }: Props): ReactNode {
  const all = useMemo(() => ({ ...SAFE, ...components }), [components]);
  const steps = useMemo(() => [remarkGfm, ...plugins], [plugins]);
  return (
    <div className="prose" dir="auto">
      {blocks(text).map((block) => (
        <Block key={block.at} text={block.text} components={all} plugins={steps} />
      ))}
    </div>
  );
}

const Block = memo(({ text, components, plugins }: Required<Props>) => {
  const written = code(text);
  if (written !== null)
    return (
      <pre>
        <code>{written}</code>
      </pre>
    );
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components}>
      {text}
    </ReactMarkdown>
  );
});

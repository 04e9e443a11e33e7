// One of a few, side by side.

interface Props<Name extends string> {
  label: string;
  options: readonly { name: Name; title: string }[];
  chosen: Name;
  onChoose: (name: Name) => void;
}

export function Segments<Name extends string>({ label, options, chosen, onChoose }: Props<Name>) {
  return (
    <fieldset className="events-segments">
      <legend className="hidden">{label}</legend>
      {options.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          className="small"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}

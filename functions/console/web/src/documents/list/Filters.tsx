import { useEffect, useState } from "react";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import type { Filter } from "../library/pages";
import type { useDocuments } from "../library/useDocuments";
import { WORDS } from "../words";

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  search: string;
  onSearch: (search: string) => void;
  list: ReturnType<typeof useDocuments>;
}

export function Filters({ filter, onFilter, search, onSearch, list }: Props) {
  const words = useWords(WORDS);
  return (
    <>
      <div className="documents-search">
        <Field label={words.search}>
          {(tied) => (
            <input
              {...tied}
              type="search"
              value={search}
              onChange={(event) => onSearch(event.target.value)}
            />
          )}
        </Field>
        {search && list.hasNextPage && <SearchedPart list={list} />}
      </div>
      <Choice
        label={words.status}
        names={words.statuses}
        value={filter.status}
        onChange={(status) => onFilter({ ...filter, status })}
      />
      <Choice
        label={words.kind}
        names={words.kinds}
        value={filter.kind}
        onChange={(kind) => onFilter({ ...filter, kind })}
      />
    </>
  );
}

interface ChoiceProps<Name extends string> {
  label: string;
  names: Record<Name, string>;
  value: Name | undefined;
  onChange: (value: Name | undefined) => void;
}

function Choice<Name extends string>({ label, names, value, onChange }: ChoiceProps<Name>) {
  const words = useWords(WORDS);
  return (
    <Field label={label}>
      {(tied) => (
        <select
          {...tied}
          value={value ?? ""}
          onChange={(event) => onChange((event.target.value as Name | "") || undefined)}
        >
          <option value="">{words.all}</option>
          {(Object.keys(names) as Name[]).map((name) => (
            <option key={name} value={name}>
              {names[name]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Titles are searched here, not by the API: only in what is loaded, unless one wants to wait for the rest. */
function SearchedPart({ list }: Pick<Props, "list">) {
  const words = useWords(WORDS);
  const [isLoading, setIsLoading] = useState(false);
  const { isFetching, isError, fetchNextPage } = list;
  useEffect(() => {
    if (isError) setIsLoading(false);
    else if (isLoading && !isFetching) fetchNextPage();
  }, [isLoading, isFetching, isError, fetchNextPage]);
  return (
    <p className="small soft row" role="status">
      {words.searchIn(list.documents.length)}
      <button type="button" className="plain small" onClick={() => setIsLoading(!isLoading)}>
        {isLoading ? words.stop : words.searchRest}
      </button>
    </p>
  );
}

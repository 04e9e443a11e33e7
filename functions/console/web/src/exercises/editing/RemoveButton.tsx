import { X } from "lucide-react";

interface Props {
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

export function RemoveButton({ label, disabled, onClick }: Props) {
  return (
    <button
      type="button"
      className="plain small"
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <X aria-hidden />
    </button>
  );
}

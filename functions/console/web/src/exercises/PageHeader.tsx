// What stands above a page of this part: where one is, the way back, and what can be done.
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";

interface Props {
  title: ReactNode;
  back?: { to: string; label: string };
  about?: ReactNode;
  children?: ReactNode;
}

export function PageHeader({ title, back, about, children }: Props) {
  return (
    <header>
      <div className="exercises-title">
        {back && (
          <Link className="exercises-back" href={back.to}>
            <ArrowLeft aria-hidden />
            {back.label}
          </Link>
        )}
        <h1>{title}</h1>
        {about && <div className="row soft small">{about}</div>}
      </div>
      {children && <div className="row">{children}</div>}
    </header>
  );
}

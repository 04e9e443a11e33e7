import { useQuery } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { ErrorNote, Loading } from "../../ui/feedback";
import { PROFILE } from "../queries";
import { EraseProfile } from "./EraseProfile";
import { ProfileForm } from "./ProfileForm";

export function ProfilePanel() {
  const { data, error, refetch } = useQuery({
    queryKey: [...PROFILE, "said"],
    queryFn: () => answered(api.GET("/api/v1/user/profile", { params: { query: { limit: 1 } } })),
    staleTime: Number.POSITIVE_INFINITY, // it would take the words out of somebody's mouth
  });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <div className="stack loose">
      <ProfileForm key={data.updated_at} profile={data} />
      <EraseProfile />
    </div>
  );
}

// Exercises: made, looked through, taken, graded, practised again. A page each, told apart by the path.
import { Redirect, Route, Switch } from "wouter";
import { TestPage } from "./answering/TestPage";
import { AttemptPage } from "./grading/AttemptPage";
import { LearningPage } from "./learning/LearningPage";
import { PracticePage } from "./learning/PracticePage";
import { ListPage } from "./list/ListPage";
import { AnalysePage } from "./making/AnalysePage";
import { AnalysisPage } from "./making/AnalysisPage";
import { GeneratePage } from "./making/GeneratePage";
import { GenerationPage } from "./making/GenerationPage";
import { ExercisePage } from "./page/ExercisePage";
import { StartedRunProvider } from "./startedRun";
import "./exercises.css";

export default function ExercisesPart() {
  return (
    <div className="part">
      <StartedRunProvider>
        <Switch>
          <Route path="/exercises" component={ListPage} />
          <Route path="/exercises/learning" component={LearningPage} />
          <Route path="/exercises/practice" component={PracticePage} />
          <Route path="/exercises/analyse" component={AnalysePage} />
          <Route path="/exercises/analyses/:id">{({ id }) => <AnalysisPage key={id} id={id} />}</Route>
          <Route path="/exercises/new/:analysisId?">
            {({ analysisId }) => <GeneratePage key={analysisId} analysisId={analysisId} />}
          </Route>
          <Route path="/exercises/runs/:runId">
            {({ runId }) => <GenerationPage key={runId} runId={runId} />}
          </Route>
          <Route path="/exercises/:id/test">{({ id }) => <TestPage key={id} id={id} />}</Route>
          <Route path="/exercises/:id/attempts/:attemptId">
            {({ id, attemptId }) => <AttemptPage key={attemptId} id={id} attemptId={attemptId} />}
          </Route>
          <Route path="/exercises/:id">{({ id }) => <ExercisePage key={id} id={id} />}</Route>
          <Route>
            <Redirect to="/exercises" replace />
          </Route>
        </Switch>
      </StartedRunProvider>
    </div>
  );
}

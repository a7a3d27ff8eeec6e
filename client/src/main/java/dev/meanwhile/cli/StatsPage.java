package dev.meanwhile.cli;

import dev.meanwhile.v1.GetQueueStatsResponse;
import dev.meanwhile.v1.LaneStats;
import dev.meanwhile.v1.ListWorkersResponse;
import dev.meanwhile.v1.ModelStats;
import dev.meanwhile.v1.RunningAnswer;
import dev.meanwhile.v1.WorkspaceStats;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The page of {@code stats}. */
final class StatsPage {
    private static final int MOST_RUNNING = 20;

    private final Cli cli;
    private final Screen screen;
    private final Instant now;

    StatsPage(Cli cli) {
        this.cli = cli;
        this.screen = cli.screen();
        this.now = cli.shell().clock().instant();
    }

    void print(GetQueueStatsResponse stats, ListWorkersResponse workers) {
        screen.line(Moment.shown(now, cli.shell().clock().getZone()) + "  "
                + String.format(
                        Locale.ROOT,
                        "submitted %.1f/s, ended %.1f/s over the last minute",
                        stats.getSubmittedPerSecond(),
                        stats.getEndedPerSecond()));
        if (stats.getWorkersPaused()) {
            warn("the workers are paused; end that with: " + cli.command("resume"));
        }
        models(stats.getModelsList());
        if (stats.getWorkspacesCount() == 0) {
            screen.line("nothing waits and nothing runs");
        } else {
            workspaces(stats.getWorkspacesList());
        }
        running(workers.getAnswersList());
    }

    private void models(List<ModelStats> models) {
        Table table = new Table();
        table.row("MODEL", "LANE", "QUEUED", "HEADS", "RUNNING", "BETWEEN ATTEMPTS", "WORST WAIT", "WORKERS");
        for (ModelStats model : models) {
            for (LaneStats lane : model.getLanesList()) {
                table.row(
                        EscapeFilter.line(model.getModel()),
                        Words.lane(lane.getPriority()),
                        String.valueOf(lane.getQueuedMessages()),
                        String.valueOf(lane.getWaitingHeads()),
                        String.valueOf(lane.getRunningMessages()),
                        String.valueOf(lane.getRetryingMessages()),
                        lane.hasWorstWait() ? Moment.span(lane.getWorstWait()) : "-",
                        model.getWorkers() + ", " + model.getReservedForActive() + " never LOW");
            }
        }
        print(table);
        for (ModelStats model : models) {
            if (model.hasHold()) {
                warn(Words.hold(model.getModel(), model.getHold(), now));
            }
        }
    }

    private void workspaces(List<WorkspaceStats> workspaces) {
        Table table = new Table();
        table.row("WORKSPACE", "QUEUED HIGH", "QUEUED LOW", "RUNNING OR BETWEEN ATTEMPTS");
        workspaces.forEach(w -> table.row(
                EscapeFilter.line(w.getWorkspace()),
                String.valueOf(w.getQueuedHigh()),
                String.valueOf(w.getQueuedLow()),
                String.valueOf(w.getRunningMessages())));
        print(table);
    }

    private void running(List<RunningAnswer> answers) {
        if (answers.isEmpty()) {
            return;
        }
        Table table = new Table();
        table.row("RUNNING", "WORKSPACE", "SESSION", "MODEL", "LANE", "ATTEMPT", "FOR");
        answers.stream()
                .limit(MOST_RUNNING)
                .forEach(a -> table.row(
                        EscapeFilter.line(a.getMessageId()),
                        EscapeFilter.line(a.getWorkspace()),
                        EscapeFilter.line(a.getSessionId()),
                        EscapeFilter.line(a.getModel()),
                        Words.lane(a.getLane()),
                        String.valueOf(a.getAttempt()),
                        Moment.age(a.getStartTime(), now)));
        print(table);
        if (answers.size() > MOST_RUNNING) {
            screen.line("and " + (answers.size() - MOST_RUNNING) + " more, shorter ones");
        }
    }

    private void print(Table table) {
        List<String> lines = table.lines();
        screen.line(screen.styled(Style.DIM, lines.getFirst()));
        lines.stream().skip(1).forEach(screen::line);
    }

    private void warn(String words) {
        screen.line(screen.styled(Style.YELLOW, words));
    }
}

package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Timestamp;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.WatchCaughtUp;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkspaceChanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which notifications are told, by number and time. */
final class WorkspaceViewTest {
    private final List<Long> told = new ArrayList<>();
    private final WorkspaceView view = new WorkspaceView(new WorkspaceView.News() {
        @Override
        public void begins(List<Session> sessions, List<Notification> pending) {}

        @Override
        public void changed(Session session) {}

        @Override
        public void deleted(Session session) {}

        @Override
        public void notified(Notification notification, @Nullable Session session) {
            told.add(notification.getNumber());
        }

        @Override
        public void someMissed() {}
    });

    /** Once those of a restored server were not told until their numbers had passed the ones from before. */
    @Test
    void afterARestoredBackupWhatIsNewIsToldThoughItsNumberIsNot() {
        stream(notification(300, 10));
        live(notification(449, 20), notification(450, 21));
        stream(notification(300, 10), notification(449, 20), notification(450, 21));
        assertEquals(List.of(449L, 450L), told, "each once");
        told.clear();
        stream(notification(300, 10), notification(401, 30));
        live(notification(402, 31));
        stream(notification(300, 10), notification(401, 30), notification(402, 31));
        assertEquals(List.of(401L, 402L), told);
    }

    @Test
    void aClockThatIsSetBackTellsNothingTwice() {
        stream();
        live(notification(1, 100), notification(2, 40));
        stream(notification(1, 100), notification(2, 40), notification(3, 41));
        assertEquals(List.of(1L, 2L, 3L), told);
    }

    private void stream(Notification... pending) {
        view.opened();
        live(pending);
        view.received(WatchWorkspaceResponse.newBuilder()
                .setCaughtUp(WatchCaughtUp.getDefaultInstance())
                .build());
    }

    private void live(Notification... news) {
        view.received(WatchWorkspaceResponse.newBuilder()
                .setChanges(WorkspaceChanges.newBuilder().addAllNotifications(List.of(news)))
                .build());
    }

    private static Notification notification(long number, long second) {
        return Notification.newBuilder()
                .setNumber(number)
                .setCreateTime(Timestamp.newBuilder().setSeconds(second))
                .build();
    }
}

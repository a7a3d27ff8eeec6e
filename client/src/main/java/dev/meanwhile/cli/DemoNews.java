package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.client.WorkspaceWatch;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Says it when a notification of a session comes, whatever else is going on. */
final class DemoNews implements AutoCloseable {
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);
    private final Screen screen;
    private final Session session;
    private final WorkspaceWatch watch;
    private final CompletableFuture<Notification> first = new CompletableFuture<>();
    private final CompletableFuture<Void> accepted = new CompletableFuture<>();

    private DemoNews(Screen screen, Session session, WorkspaceWatch watch) {
        this.screen = screen;
        this.session = session;
        this.watch = watch;
    }

    static DemoNews of(MeanwhileClient client, Screen screen, Session session) {
        DemoNews news = new DemoNews(screen, session, client.watch());
        Thread.ofPlatform().daemon().name("demo-news").start(news::listen);
        return news;
    }

    /** From here on it may be told: an answer can be done before the story has said that its message is accepted. */
    void tellFromNowOn() {
        accepted.complete(null);
    }

    /** Waits until it is told; it must be about this message. */
    Notification await(String messageId) throws InterruptedException {
        try {
            Notification notification = first.get();
            if (!notification.getMessageId().equals(messageId)) {
                throw new UserError("the notification is about another message");
            }
            return notification;
        } catch (ExecutionException e) {
            throw new UserError("no notification came: " + String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        watch.close();
    }

    private void listen() {
        try {
            for (WatchWorkspaceResponse said = watch.next(LONGEST_SILENCE);
                    said != null;
                    said = watch.next(LONGEST_SILENCE)) {
                said.getChanges().getNotificationsList().stream()
                        .filter(n -> n.getSessionId().equals(session.getSessionId()))
                        .forEach(n -> accepted.thenRun(() -> tell(n)));
            }
            first.completeExceptionally(new UserError("the server ended the watch"));
        } catch (RpcError e) {
            first.completeExceptionally(e); // also when it was closed, and then nobody asks
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Notification notification) {
        if (!first.isDone()) {
            screen.line(screen.styled(
                    Style.YELLOW,
                    "   ● notification " + notification.getNumber() + ": "
                            + Words.value(notification.getType(), "NOTIFICATION_TYPE_") + " in session "
                            + Words.session(session)));
            first.complete(notification);
        }
    }
}

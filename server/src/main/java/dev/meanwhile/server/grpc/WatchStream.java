package dev.meanwhile.server.grpc;

import dev.meanwhile.server.coordinator.WatchSink;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.v1.ClosingReason;
import dev.meanwhile.v1.WatchCaughtUp;
import dev.meanwhile.v1.WatchClosing;
import dev.meanwhile.v1.WatchHeartbeat;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import dev.meanwhile.v1.WorkspaceChanges;
import io.grpc.stub.ServerCallStreamObserver;

/** Sends a workspace's changes as messages of at most 16 KiB. */
final class WatchStream implements WatchSink {
    /** Room for one more part of at most 1 KiB. */
    private static final int FULL_BYTES = 15 << 10;

    private final ServerCallStreamObserver<WatchWorkspaceResponse> observer;

    WatchStream(ServerCallStreamObserver<WatchWorkspaceResponse> observer) {
        this.observer = observer;
    }

    @Override
    public boolean ready() {
        return observer.isReady();
    }

    @Override
    public void changes(Changes changes) {
        Packer packer = new Packer(Protos.orEmpty(changes.activeSessionId()));
        changes.sessions().forEach(session -> packer.part().addSessions(Protos.session(session)));
        changes.deletedSessionIds().forEach(id -> packer.part().addDeletedSessionIds(id));
        changes.notifications().forEach(news -> packer.part().addNotifications(Protos.notification(news)));
        changes.removedNotifications().forEach(number -> packer.part().addRemovedNotificationNumbers(number));
        packer.send();
    }

    @Override
    public void caughtUp() {
        observer.onNext(WatchWorkspaceResponse.newBuilder()
                .setCaughtUp(WatchCaughtUp.getDefaultInstance())
                .build());
    }

    @Override
    public void heartbeat() {
        observer.onNext(WatchWorkspaceResponse.newBuilder()
                .setHeartbeat(WatchHeartbeat.getDefaultInstance())
                .build());
    }

    @Override
    public void draining() {
        observer.onNext(WatchWorkspaceResponse.newBuilder()
                .setClosing(WatchClosing.newBuilder().setReason(ClosingReason.CLOSING_REASON_DRAINING))
                .build());
        observer.onCompleted();
    }

    @Override
    public void failed(Refusal refusal) {
        observer.onError(GrpcErrors.of(refusal));
    }

    private final class Packer {
        private final String active;
        private WorkspaceChanges.Builder changes;

        Packer(String active) {
            this.active = active;
            this.changes = WorkspaceChanges.newBuilder().setActiveSessionId(active);
        }

        /** Where the next part goes: a new message once this one is full. */
        WorkspaceChanges.Builder part() {
            if (changes.build().getSerializedSize() > FULL_BYTES) {
                send();
                changes = WorkspaceChanges.newBuilder().setActiveSessionId(active);
            }
            return changes;
        }

        void send() {
            observer.onNext(
                    WatchWorkspaceResponse.newBuilder().setChanges(changes).build());
        }
    }
}

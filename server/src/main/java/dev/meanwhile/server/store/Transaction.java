package dev.meanwhile.server.store;

import java.time.Instant;

/** One transaction, as narrow views of what the store holds. */
public interface Transaction {

    /** Time of the store, in whole milliseconds. */
    Instant now();

    Settings settings();

    Workspaces workspaces();

    Sessions sessions();

    Messages messages();

    Segments segments();

    Heads heads();

    Lanes lanes();

    Notifications notifications();

    /**
     * Runs the action after the commit, in the order of commits and before any answer of this commit leaves. It must
     * neither wait nor submit work to the store.
     */
    void afterCommit(Runnable action);

    /** Runs the action if what was done until now is rolled back; for what work changes outside the transaction. */
    void onRollback(Runnable action);

    /** There may be something to claim: whoever claims rides along in this commit, see {@link Storage#rideAlong}. */
    void workAvailable();
}

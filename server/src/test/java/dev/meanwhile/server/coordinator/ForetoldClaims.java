package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.queue.Claims.Free;
import dev.meanwhile.server.queue.QueueRig;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rules of scheduling once more, applied to the rows: HIGH first, and one LOW after every N that passed it. */
final class ForetoldClaims {
    private ForetoldClaims() {}

    /** The claims for so many free slots, as the numbers of their messages in the order they are granted. */
    static List<String> of(Recount recount, String model, Free free) throws SQLException {
        List<String> high = waiting(recount, model, 1);
        List<String> low = waiting(recount, model, 0);
        List<String> passedRow = recount.rows("SELECT passed FROM lane WHERE lane = 0 AND model = '" + model + "'");
        int passed = passedRow.isEmpty() ? 0 : Integer.parseInt(passedRow.getFirst());
        int open = free.openToLow();
        List<String> claims = new ArrayList<>();
        while (claims.size() < free.slots()) {
            boolean lowMay = open > 0 && !low.isEmpty();
            if (lowMay && (high.isEmpty() || passed == QueueRig.HIGH_PER_LOW)) {
                claims.add(low.removeFirst());
                open--;
                passed = 0;
            } else if (!high.isEmpty()) {
                claims.add(high.removeFirst());
                passed += lowMay ? 1 : 0;
            } else {
                break;
            }
        }
        return claims;
    }

    private static List<String> waiting(Recount recount, String model, int lane) throws SQLException {
        return recount.rows("SELECT message FROM head WHERE status = 0 AND model = '" + model + "' AND lane = " + lane
                + " ORDER BY tag, message");
    }
}

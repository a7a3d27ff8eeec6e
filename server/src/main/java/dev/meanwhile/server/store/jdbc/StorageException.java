package dev.meanwhile.server.store.jdbc;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite could not do what it was asked. */
final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int code;

    StorageException(SQLException cause) {
        super(cause.getMessage(), cause);
        this.code = cause instanceof SQLiteException e ? e.getResultCode().code & 0xff : 0;
    }

    /** What SQLite says, for the log. */
    String words() {
        return diskFull() ? "the disk is full" : String.valueOf(getMessage());
    }

    boolean diskFull() {
        return code == SQLiteErrorCode.SQLITE_FULL.code;
    }

    boolean ioError() {
        return code == SQLiteErrorCode.SQLITE_IOERR.code;
    }

    boolean corrupt() {
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }
}

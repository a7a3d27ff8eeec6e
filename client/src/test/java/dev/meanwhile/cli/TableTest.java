package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsStandUnderEachOtherAlsoBehindWideCharacters() {
        Table table = new Table();
        table.row("A", "B", "C");
        table.row("世界", "x", "1");
        table.row("e\u0301", "yy", "");
        assertEquals(List.of("A     B   C", "世界  x   1", "e\u0301     yy"), table.lines());
    }
}

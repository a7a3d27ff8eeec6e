package dev.meanwhile.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The text of a message: what was typed behind the command, or what comes on stdin. */
final class MessageText {
    /** The contract's limit; more is not even read. */
    static final int LIMIT_BYTES = 256 * 1024;

    private MessageText() {}

    /** No words, or "-" alone: stdin. */
    static String read(List<String> words, Cli cli) {
        Shell shell = cli.shell();
        boolean fromInput = words.isEmpty() ? !shell.inputIsTerminal() : words.equals(List.of("-"));
        if (words.isEmpty() && !fromInput) {
            throw cli.usage("there is no text to send; write it behind the command, or \"-\" to read it from stdin");
        }
        String text = fromInput ? read(shell.in()) : String.join(" ", words);
        if (text.isBlank()) {
            throw cli.usage("the text to send is empty");
        }
        return text;
    }

    private static String read(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(LIMIT_BYTES + 1);
            if (bytes.length > LIMIT_BYTES) {
                throw new UserError("the text is larger than " + LIMIT_BYTES + " bytes; send it in parts");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            // The line feed that every tool puts at the end is not meant as part of the question.
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw new UserError("the text on stdin is not UTF-8");
        } catch (IOException e) {
            throw new UserError("stdin can't be read: " + e.getMessage());
        }
    }
}

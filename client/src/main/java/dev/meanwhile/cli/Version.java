package dev.meanwhile.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, or a word that there is none. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"meanwhile " + (version == null ? "(not built as a jar)" : version)};
    }
}

package dev.meanwhile;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The command line knows the client, the client only the contract, and neither the server. */
final class LayersTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.meanwhile.client", "dev.meanwhile.cli");

    @Test
    void theClientKnowsOnlyTheContract() {
        noClasses()
                .that()
                .resideInAPackage("dev.meanwhile.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.meanwhile.cli..", "dev.meanwhile.server..")
                .check(OURS);
    }

    @Test
    void theCommandLineKnowsTheServerOnlyByTheContract() {
        noClasses()
                .that()
                .resideInAPackage("dev.meanwhile.cli..")
                .and()
                .haveNameNotMatching(".*\\.TrainingRun.*") // it is the server of its own commands
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.meanwhile.server..", "io.grpc.stub..", "io.grpc.netty..")
                .check(OURS);
    }
}

package dev.meanwhile.server;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Which package may use which, as ARCHITECTURE.md says; read from the compiled classes, so a type that is used without
 * an import counts too.
 */
final class ArchitectureTest {
    private static final String SERVER = "dev.meanwhile.server";
    private static final String CONTRACT = "dev.meanwhile.v1";

    /** Every package and what of ours it may use; telemetry is open to all but the domain. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("domain", Set.of()),
            Map.entry("telemetry", Set.of("domain")),
            Map.entry("config", Set.of("domain", "telemetry")),
            Map.entry("store", Set.of("domain", "telemetry")),
            Map.entry("store.jdbc", Set.of("store", "domain", "telemetry")),
            Map.entry("llm", Set.of("domain", "telemetry")),
            Map.entry("llm.simulated", Set.of("llm", "domain", "telemetry")),
            Map.entry("llm.langchain", Set.of("llm", "domain", "telemetry")),
            Map.entry("responses", Set.of("store", "domain", "telemetry")),
            Map.entry("queue", Set.of("responses", "store", "domain", "telemetry")),
            Map.entry("worker", Set.of("queue", "responses", "store", "llm", "domain", "telemetry")),
            Map.entry("coordinator", Set.of("queue", "responses", "store", "domain", "telemetry")),
            Map.entry("grpc", Set.of("coordinator", "responses", "domain", "telemetry", CONTRACT)),
            Map.entry("http", Set.of("coordinator", "domain", "telemetry")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

    /** Caught: grpc that uses the store's records. */
    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        Set<String> violations = new TreeSet<>();
        for (JavaClass user : CLASSES) {
            String from = name(user);
            if (from.equals(SERVER)) {
                continue; // the root builds and wires everything
            }
            Set<String> allowed = MAY_USE.get(from);
            assertNotNull(allowed, "no row for the package " + from);
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                String to = name(dependency.getTargetClass().getBaseComponentType());
                if (to.startsWith("java") || to.equals(from) || allowed.contains(to)) {
                    continue;
                }
                if (MAY_USE.containsKey(to) || to.startsWith("dev.meanwhile")) {
                    violations.add(from + " uses " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertEquals(Set.of(), violations);
        assertTrue(CLASSES.size() > 150, "only " + CLASSES.size() + " classes were found");
    }

    /** Caught: telemetry that uses the queue. */
    @Test
    void noPackagesUseEachOther() {
        slices().matching("dev.meanwhile.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** Caught: JdbcHeads made public. */
    @Test
    void onlyTheEngineItselfIsPublicInItsPackage() {
        List<String> open = CLASSES.stream()
                .filter(type -> name(type).equals("store.jdbc"))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
                .map(JavaClass::getSimpleName)
                .toList();
        assertEquals(List.of("JdbcStorage"), open);
    }

    /** Caught: Status.INTERNAL in an interceptor. */
    @Test
    void onlyTheErrorFactoryMakesStatuses() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(SERVER + ".grpc.GrpcErrors")
                .should()
                .accessTargetWhere(targetOwner(belongToAnyOf(Status.class, Status.Code.class, StatusProto.class))
                        .and(DescribedPredicate.not(target(nameMatching("getCode|getDescription"))))
                        .as("an io.grpc.Status is made or changed"))
                .orShould()
                .callConstructor(StatusRuntimeException.class, Status.class)
                .check(CLASSES);
    }

    /** Caught: an SQLException caught in the coordinator. */
    @Test
    void onlyTheEngineKnowsSql() {
        noClasses()
                .that()
                .resideOutsideOfPackage(SERVER + ".store.jdbc")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "org.flywaydb..")
                .check(CLASSES);
    }

    /** Caught: an adapter of a model that the worker names. */
    @Test
    void librariesStayWhereTheyBelong() {
        classes()
                .that()
                .resideOutsideOfPackages(SERVER + ".llm.langchain")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("dev.langchain4j..")
                .check(CLASSES);
        classes()
                .that()
                .resideOutsideOfPackages(SERVER, SERVER + ".grpc")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages("io.grpc..", "com.google.protobuf..", CONTRACT + "..")
                .check(CLASSES);
    }

    /** A package of ours without its prefix, any other in full. */
    private static String name(JavaClass type) {
        String full = type.getPackageName();
        return full.startsWith(SERVER + ".") ? full.substring(SERVER.length() + 1) : full;
    }
}

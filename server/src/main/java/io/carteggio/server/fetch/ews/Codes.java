package io.carteggio.server.fetch.ews;

import io.carteggio.server.fetch.FetchException.Kind;
import java.util.Set;

/// What the response codes of the web services mean for us.
final class Codes {
    static final String NO_ERROR = "NoError";

    /// Somebody else removed it.
    static final String GONE = "ErrorItemNotFound";

    static final String FOLDER_EXISTS = "ErrorFolderExists";

    private static final Set<String> BUSY = Set.of(
            "ErrorServerBusy",
            "ErrorInternalServerTransientError",
            "ErrorTimeoutExpired",
            "ErrorMailboxStoreUnavailable",
            "ErrorMailboxMoveInProgress",
            "ErrorExceededConnectionCount",
            "ErrorExceededFindCountLimit",
            "ErrorTooManyObjectsOpened",
            "ErrorBatchProcessingStopped",
            "ErrorConnectionFailed",
            "ErrorADUnavailable",
            "ErrorIrresolvableConflict");

    private static final Set<String> LOG_IN = Set.of(
            "ErrorAccountDisabled",
            "ErrorPasswordExpired",
            "ErrorPasswordChangeRequired",
            "ErrorInvalidExchangeImpersonationHeaderData",
            "ErrorTokenSerializationDenied");

    private static final Set<String> RIGHTS = Set.of(
            "ErrorAccessDenied",
            "ErrorImpersonateUserDenied",
            "ErrorImpersonationDenied",
            "ErrorImpersonationFailed",
            "ErrorCreateFolderDenied",
            "ErrorDeleteDistinguishedFolder",
            "ErrorCannotDeleteObject");

    private static final Set<String> FOLDER = Set.of(
            "ErrorFolderNotFound",
            "ErrorParentFolderNotFound",
            "ErrorToFolderNotFound",
            "ErrorNonExistentMailbox",
            "ErrorNonPrimarySmtpAddress",
            "ErrorMissingEmailAddress",
            "ErrorInvalidSmtpAddress",
            "ErrorMailboxConfiguration");

    private static final Set<String> FULL = Set.of("ErrorQuotaExceeded", "ErrorQuotaExceededOnDelete");

    private Codes() {}

    static boolean busy(String code) {
        return BUSY.contains(code);
    }

    /// What kind of trouble a code is.
    static Kind kind(String code) {
        return BUSY.contains(code)
                ? Kind.BUSY
                : LOG_IN.contains(code)
                        ? Kind.LOG_IN
                        : RIGHTS.contains(code)
                                ? Kind.RIGHTS
                                : FOLDER.contains(code) ? Kind.FOLDER : FULL.contains(code) ? Kind.FULL : Kind.PROTOCOL;
    }
}

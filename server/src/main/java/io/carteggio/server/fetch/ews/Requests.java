package io.carteggio.server.fetch.ews;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// What we say: SOAP bodies in the order of elements that the schema wants. Functions of their arguments.
final class Requests {
    private Requests() {}

    /// Names a folder.
    sealed interface Folder {
        /// One that every mailbox has.
        record Distinguished(String name) implements Folder {}

        /// By the id that the server gave.
        record Id(String id) implements Folder {}
    }

    /// @param mailbox whose mailbox it is, where that is not the one who logs in
    static byte[] envelope(Optional<String> mailbox, String body) {
        String impersonation = mailbox.map(address -> "<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>"
                        + escaped(address) + "</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>")
                .orElse("");
        return ("<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"" + SoapReader.SOAP
                        + "\" xmlns:m=\"" + SoapReader.MESSAGES + "\" xmlns:t=\"" + SoapReader.TYPES
                        + "\"><soap:Header><t:RequestServerVersion Version=\"Exchange2013_SP1\"/>" + impersonation
                        + "</soap:Header><soap:Body>" + body + "</soap:Body></soap:Envelope>")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// A page of the folder, oldest first: ids, and when each came in where `received`.
    static String findItem(Folder folder, int atMost, long offset, boolean received) {
        return "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
                + (received ? properties("item:DateTimeReceived") : "") + "</m:ItemShape>"
                + "<m:IndexedPageItemView MaxEntriesReturned=\"" + atMost + "\" Offset=\"" + offset
                + "\" BasePoint=\"Beginning\"/>"
                + "<m:SortOrder><t:FieldOrder Order=\"Ascending\"><t:FieldURI FieldURI=\"item:DateTimeReceived\"/>"
                + "</t:FieldOrder></m:SortOrder>"
                + "<m:ParentFolderIds>" + folder(folder) + "</m:ParentFolderIds></m:FindItem>";
    }

    /// Whole mails.
    static String getMime(List<String> ids) {
        return "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
                + "<t:IncludeMimeContent>true</t:IncludeMimeContent>" + properties("item:DateTimeReceived")
                + "</m:ItemShape>" + items(ids) + "</m:GetItem>";
    }

    /// What may be done with a mail.
    static String getRights(String id) {
        return "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>" + properties("item:EffectiveRights")
                + "</m:ItemShape>" + items(List.of(id)) + "</m:GetItem>";
    }

    static String deleteItem(List<String> ids) {
        return "<m:DeleteItem DeleteType=\"HardDelete\">" + items(ids) + "</m:DeleteItem>";
    }

    static String moveItem(Folder to, List<String> ids) {
        return "<m:MoveItem><m:ToFolderId>" + folder(to) + "</m:ToFolderId>" + items(ids) + "</m:MoveItem>";
    }

    /// How many mails a folder has, and how many octets: PidTagMessageSizeExtended (MS-OXPROPS), for
    /// which the schema has no name.
    static String getFolder(Folder folder) {
        return "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
                + "<t:FieldURI FieldURI=\"folder:TotalCount\"/>"
                + "<t:ExtendedFieldURI PropertyTag=\"0x0e08\" PropertyType=\"Long\"/></t:AdditionalProperties>"
                + "</m:FolderShape><m:FolderIds>" + folder(folder) + "</m:FolderIds></m:GetFolder>";
    }

    /// A folder's child of this name.
    static String findFolder(Folder parent, String name) {
        return "<m:FindFolder Traversal=\"Shallow\"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
                + "<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI=\"folder:DisplayName\"/><t:FieldURIOrConstant>"
                + "<t:Constant Value=\"" + escaped(name) + "\"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>"
                + "<m:ParentFolderIds>" + folder(parent) + "</m:ParentFolderIds></m:FindFolder>";
    }

    static String createFolder(Folder parent, String name) {
        return "<m:CreateFolder><m:ParentFolderId>" + folder(parent) + "</m:ParentFolderId><m:Folders><t:Folder>"
                + "<t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>" + escaped(name)
                + "</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>";
    }

    private static String properties(String field) {
        return "<t:AdditionalProperties><t:FieldURI FieldURI=\"" + field + "\"/></t:AdditionalProperties>";
    }

    private static String folder(Folder folder) {
        return switch (folder) {
            case Folder.Distinguished(String name) -> "<t:DistinguishedFolderId Id=\"" + escaped(name) + "\"/>";
            case Folder.Id(String id) -> "<t:FolderId Id=\"" + escaped(id) + "\"/>";
        };
    }

    /// By their ids alone, without a change key: what is asked for is the mail, whoever marked it as read.
    private static String items(List<String> ids) {
        StringBuilder items = new StringBuilder("<m:ItemIds>");
        ids.forEach(id -> items.append("<t:ItemId Id=\"").append(escaped(id)).append("\"/>"));
        return items.append("</m:ItemIds>").toString();
    }

    /// Whether XML can say it.
    static boolean sayable(String text) {
        return text.codePoints()
                .allMatch(c -> (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000);
    }

    static String escaped(String text) {
        if (!sayable(text)) {
            throw new IllegalArgumentException("XML cannot say this");
        }
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

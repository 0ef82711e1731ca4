package io.carteggio.server.command;

import io.carteggio.server.local.Operation;
import io.carteggio.server.local.Operations;
import java.util.LinkedHashMap;
import java.util.Map;

/// The table of all operations, which is the whole of what a command can ask of an archive.
final class DeskOperations {
    private DeskOperations() {}

    static Operations of(Desk desk) {
        BooksOperations books = new BooksOperations(desk);
        ImportOperations imports = new ImportOperations(desk);
        ReadingOperations reading = new ReadingOperations(desk);
        AdministrationOperations administration = new AdministrationOperations(desk);
        LedgerOperations ledger = new LedgerOperations(desk, reading);
        CheckOperations checks = new CheckOperations(desk);
        KeyOperations keys = new KeyOperations(desk);
        Map<String, Operation> table = new LinkedHashMap<>();
        table.put("stats", books::stats);
        QuarantineOperations quarantine = new QuarantineOperations(desk);
        table.put("quarantine.list", quarantine::list);
        table.put("quarantine.show", quarantine::show);
        table.put("quarantine.raw", quarantine::raw);
        table.put("quarantine.retry", quarantine::retry);
        table.put("quarantine.release", quarantine::release);
        table.put("quarantine.discard", quarantine::discard);
        table.put("index.await", books::awaitIndex);
        table.put("import.source", imports::source);
        table.put("import.mail", imports::mail);
        table.put("search", reading::search);
        table.put("show", reading::show);
        table.put("raw", reading::raw);
        table.put("evidence", reading::evidence);
        table.put("export", new ExportOperation(desk)::run);
        table.put("proof", ledger::proof);
        table.put("ledger.show", ledger::show);
        table.put("ledger.checkpoint", ledger::checkpoint);
        table.put("ledger.timestamp", ledger::timestamp);
        table.put("ledger.lodge", ledger::lodge);
        table.put("check", checks::check);
        table.put("rebuild.compare", checks::compare);
        table.put("person.add", administration::addPerson);
        table.put("person.list", administration::listPeople);
        table.put("person.password", administration::setPassword);
        UnknownOperations unknown = new UnknownOperations(desk);
        table.put("unknown.list", unknown::list);
        table.put("unknown.assign", unknown::assign);
        SmtpSourceOperations listening = new SmtpSourceOperations(desk);
        table.put("source.add", listening::add);
        table.put("source.networks", listening::networks);
        table.put("source.list", administration::listSources);
        FetchOperations fetches = new FetchOperations(desk, listening);
        table.put("source.fetch", fetches::add);
        table.put("source.set", fetches::set);
        table.put("source.show", fetches::show);
        table.put("source.remove", fetches::remove);
        table.put("source.test", fetches::test);
        table.put("job.list", fetches::listJobs);
        table.put("job.show", fetches::showJob);
        table.put("job.run", fetches::runJob);
        table.put("job.start", fetches::startJob);
        table.put("job.pause", fetches::pause);
        table.put("job.resume", fetches::resume);
        table.put("job.cancel", fetches::cancel);
        table.put("job.history", fetches::history);
        WatchOperations watch = new WatchOperations(desk);
        table.put("alarm.list", watch::listAlarms);
        table.put("alarm.test", watch::testAlarms);
        table.put("watch.set", watch::set);
        table.put("watch.show", watch::show);
        table.put("gap.list", watch::listGaps);
        table.put("gap.close", watch::closeGap);
        table.put("canary.run", watch::runCanary);
        table.put("canary.show", watch::showCanary);
        ErasureOperations erasures = new ErasureOperations(desk);
        table.put("erase", erasures::erase);
        table.put("erase.whole", erasures::eraseWhole);
        table.put("erase.readmit", erasures::readmit);
        table.put("compact", erasures::compact);
        table.put("hold.add", erasures::addHold);
        table.put("hold.list", erasures::listHolds);
        table.put("hold.release", erasures::releaseHold);
        table.put("retention.set", erasures::setRetention);
        table.put("retention.show", erasures::showRetention);
        table.put("retention.apply", erasures::applyRetention);
        table.put("key.show", keys::show);
        table.put("key.rotate", keys::rotate);
        table.put("backup.begin", keys::beginBackup);
        return new Operations(table);
    }
}

"""Sends mails of a pack to a server over SMTP, by Load.java, and tells what that cost the server."""
import glob
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))


class Loader:
    def __init__(self, work, pipelining=False):
        self.pipelining = pipelining
        self.java = find_java()
        self.classes = os.path.join(work, 'classes')
        subprocess.run([self.java.replace('/java', '/javac'), '-d', self.classes, os.path.join(HERE, 'Load.java')], check=True)

    def send(self, server, pack, first, count, connections):
        command = [self.java, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '--enable-native-access=ALL-UNNAMED', '-cp',
                   self.classes, 'Load', str(server.port), server.protocol, str(connections), pack, str(first),
                   str(count), ','.join(server.recipients)] + (['pipelining'] if self.pipelining else [])
        before = server.cpu_s()
        threads = server.threads_cpu_s() if hasattr(server, 'threads_cpu_s') else {}
        said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        said['server_cpu_s'] = round(server.cpu_s() - before, 2)
        if threads:
            after = server.threads_cpu_s()
            said['threads_cpu_s'] = {n: round(s - threads.get(n, 0), 2) for n, s in sorted(after.items())
                                     if s - threads.get(n, 0) >= 0.01}
            said['index_cpu_s'] = round(sum(s - threads.get(n, 0) for n, s in after.items()
                                            if re.match(r'indexer|Lucene', n)), 2)
        if said['failed'] or said['mails'] != count:
            raise SystemExit(f'bench: {server.name}: {said}')
        return said


def find_java():
    homes = [os.environ.get('JAVA_HOME', '')] + sorted(glob.glob('/usr/lib/jvm/*'), reverse=True)
    for home in homes:
        try:
            with open(os.path.join(home, 'release')) as f:
                if int(re.search(r'JAVA_VERSION="(\d+)', f.read()).group(1)) >= 25:
                    return os.path.join(home, 'bin', 'java')
        except OSError:
            pass
    raise SystemExit('bench: no JDK 25 or newer found in JAVA_HOME or /usr/lib/jvm')

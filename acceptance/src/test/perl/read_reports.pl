# Reads journal reports with Email::MIME and says what is in them, in the words of read_reports.py:
# perl read_reports.pl DIRECTORY
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Email::MIME;

binmode STDOUT, ':encoding(UTF-8)';
opendir(my $directory, $ARGV[0]) or die "$ARGV[0]: $!";
for my $name (sort grep { !/^\./ } readdir $directory) {
    open(my $file, '<:raw', "$ARGV[0]/$name") or die "$name: $!";
    my $octets = do { local $/; <$file> };
    print "FILE $name\n";
    my @parts = Email::MIME->new(\$octets)->subparts;
    for my $part (@parts) {
        my ($type) = $part->content_type =~ /^\s*([^;\s]+)/;
        print "PART $type\n";
    }
    my $envelope = $parts[0]->body_str;
    $envelope =~ s/[\r\n]+\z//;
    print "LINE $_\n" for map { s/\r\z//r } split /\n/, $envelope, -1;
    my $original = $parts[1]->body_raw;
    print 'ORIGINAL ', length($original), ' ', sha256_hex($original), "\n";
}

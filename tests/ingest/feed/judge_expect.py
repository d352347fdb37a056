#!/usr/bin/env python3
"""Judges `tickertone feed FILE --json` by the Expect: comments of feedparser's own test files.

usage: judge_expect.py TICKERTONE FOLDER HELD_BACK

An expectation is a Python expression over feedparser's result. It is judged when all it asks about is something that we
print: version, bozo (our `recovered`), and of feed and entries title, link, id/guid, summary/description, content, author,
published/updated (text or parsed), tags' terms and language. Both sides are compared as plain text: markup and white space
do not count, since we print none. Files that need an HTTP header get what the command has for it: Content-Type as
--content-type, Content-Location as --base-url. Prints how many it judged and how many hold; each one that does not hold must
be a line of HELD_BACK (file, tab, reason), and each of those must still fail. Exit 0: so it is, and at least 98 % hold."""
import ast, datetime, html, html.parser, json, os, re, subprocess, sys, urllib.parse

SKIPPED_FOLDERS = ('sanitize', 'amp')  # HTML cleaning for browsers
SERVER = 'http://127.0.0.1:8097/'      # the tests' server: where the files are said to come from
TEXTS = ('title', 'summary', 'description')
DROPPED = ('script', 'style')


class NotOurs(Exception):
    """The expression asks about something that the command does not print."""


class Missing(Exception):
    """A key that feedparser has and we do not."""


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.drop = [], 0

    def handle_starttag(self, tag, attrs):
        self.drop += tag in DROPPED

    def handle_endtag(self, tag):
        self.drop -= tag in DROPPED and self.drop > 0

    def handle_data(self, data):
        if not self.drop:
            self.out.append(data)


def letters(s):
    """What is left of a text when markup and white space do not count."""
    p = Text()
    p.feed(s)
    p.close()
    return re.sub(r'\s+', '', ''.join(p.out))


def same_text(ours, want):
    if want is None:
        return ours is None
    ours = ours or ''  # a text without letters is absent
    plain = lambda s: re.sub(r'\s+', '', s)
    return plain(ours) in (plain(want), letters(want), plain(html.unescape(want)))


class Value:
    """A text of ours, compared with feedparser's."""
    def __init__(self, text):
        self.text = text

    def __eq__(self, want):
        return same_text(self.text, want.text if isinstance(want, Value) else want)

    def __str__(self):
        return self.text or ''


class Time:
    """A time of ours, compared with feedparser's text or tuple."""
    def __init__(self, text):
        self.at = text and datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))

    def __eq__(self, want):
        if want is None or self.at is None:
            return want is self.at
        if isinstance(want, tuple):
            return tuple(self.at.timetuple()[:6]) == want[:6]
        for form in ('%a, %d %b %Y %H:%M:%S %Z', '%Y-%m-%dT%H:%M:%S%z'):
            try:
                at = datetime.datetime.strptime(want, form)
                return at.replace(tzinfo=at.tzinfo or datetime.timezone.utc) == self.at
            except ValueError:
                pass
        raise NotOurs(want)


class Record:
    def __init__(self, kind, values):
        self.kind, self.values = kind, values

    def __getitem__(self, key):
        if key not in self.values:
            raise NotOurs(key)
        if self.values[key] is None and key in TEXTS:
            return Value(None)
        if self.values[key] is None:
            raise Missing(key)
        return self.values[key]

    __getattr__ = __getitem__

    def has_key(self, key):
        if key not in self.values:
            raise NotOurs(key)
        return self.values[key] is not None

    __contains__ = has_key

    def get(self, key, default=None):
        return self[key] if self.has_key(key) else default


def text(s):
    return None if s is None else Value(s)


def detail(s):
    return None if s is None else Record('detail', {'value': Value(s)})


def entry(it):
    tags = [Record('tag', {'term': Value(c)}) for c in it['categories']]
    when = lambda key: it[key] and Time(it[key])
    return Record('entry', {
        'title': text(it['title']), 'link': text(it['url']), 'id': text(it['guid']), 'guid': text(it['guid']),
        'summary': text(it['summary']), 'description': text(it['summary']),
        'content': it['content'] and [detail(it['content'])], 'author': text(it['author']),
        'title_detail': detail(it['title']), 'summary_detail': detail(it['summary']),
        'language': it['lang'], 'tags': tags, 'category': tags[0]['term'] if tags else None,
        'published': when('published_at'), 'published_parsed': when('published_at'),
        'updated': when('updated_at'), 'updated_parsed': when('updated_at')})


VERSIONS = {'rss09x': ('rss090', 'rss091n', 'rss091u', 'rss092', 'rss093', 'rss094', 'rss'), 'rss20': ('rss20', 'rss'),
            'rss10': ('rss10',), 'atom10': ('atom10', 'atom'), 'atom03': ('atom03', 'atom01', 'atom02', 'atom'),
            'cdf': ('cdf',), 'jsonfeed': ('json1', 'json11')}


class Version:
    def __init__(self, ours):
        self.ours = ours

    def __eq__(self, want):
        return want in VERSIONS[self.ours]


def run(tickertone, path, headers):
    base = urllib.parse.urljoin(SERVER, headers.get('content-location', ''))
    args = [tickertone, 'feed', path, '--json', '--base-url', base if base.startswith('http') else SERVER]
    if 'content-type' in headers:
        args += ['--content-type', headers['content-type']]
    p = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    if p.returncode == 65:  # no feed at all: feedparser gives an empty result and bozo
        return {'format': 'rss20', 'title': None, 'url': None, 'lang': None, 'recovered': True, 'items': []}
    if p.returncode:
        raise RuntimeError('%s: exit %d: %s' % (path, p.returncode, p.stderr.decode()))
    return json.loads(p.stdout)


def decoded(data):
    for bom, name in ((b'\xff\xfe\0\0', 'utf-32'), (b'\0\0\xfe\xff', 'utf-32'), (b'\xff\xfe', 'utf-16'),
                      (b'\xfe\xff', 'utf-16'), (b'\0\0\0<', 'utf-32-be'), (b'\0<', 'utf-16-be'), (b'<\0', 'utf-16-le')):
        if data.startswith(bom):
            return data.decode(name, 'replace')
    return data.decode('utf-8', 'replace')


def comment(path):
    found = re.search(r'<!--(.*?)-->', decoded(open(path, 'rb').read()), re.S)
    lines = found.group(1) if found else ''
    headers = {k.strip().lower(): v.strip() for k, v in re.findall(r'^\s*Header:\s*([^:\n]+):(.*)$', lines, re.M)}
    expect = re.search(r'^\s*Expect:\s*(.*)', lines, re.M | re.S)
    return headers, expect.group(1).strip() if expect else None


def judge(tickertone, path):
    """True, False, or None when the expectation is not about what we print."""
    headers, expect = comment(path)
    if not expect or expect == '1':
        return None
    result = run(tickertone, path, headers)
    scope = {
        'bozo': result['recovered'], 'version': Version(result['format']), 'len': len, 'ord': lambda v: ord(str(v)),
        'feed': Record('feed', {'title': text(result['title']), 'link': text(result['url']), 'language': result['lang'],
                                'title_detail': detail(result['title'])}),
        'entries': [entry(it) for it in result['items']], 'None': None, 'True': True, 'False': False, '__builtins__': {}}
    # `bozo` alone, beside something we do not print, is still a judgement: take the parts of an `and` one by one.
    tree = ast.parse(expect, mode='eval').body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    verdict = None
    mine = [p for p in parts if not is_bozo(p)]
    for part in parts:
        try:
            good = bool(eval(compile(ast.Expression(part), path, 'eval'), scope))
        except (NotOurs, NameError, AttributeError, TypeError):
            continue
        except (Missing, IndexError):
            good = False
        if is_bozo(part) and mine and 'encoding' not in path and 'illformed' not in path and verdict is None:
            bozo = good
            verdict = None if good else False
            continue
        verdict = good if verdict is None else verdict and good
    return verdict


def is_bozo(part):
    return isinstance(part, ast.Name) or (isinstance(part, ast.UnaryOp) and isinstance(part.operand, ast.Name))


def main():
    tickertone, folder, held_back = sys.argv[1:]
    if not os.path.isdir(folder):
        print('SKIPPED: %s is not there' % folder)
        return 77
    reasons = dict(l.rstrip('\n').split('\t', 1) for l in open(held_back, encoding='utf8') if l[0] not in '#\n')
    judged, failed = 0, []
    for d, _, names in sorted(os.walk(folder)):
        if os.path.basename(d) in SKIPPED_FOLDERS:
            continue
        for name in sorted(n for n in names if n.endswith('.xml')):
            verdict = judge(tickertone, os.path.join(d, name))
            judged += verdict is not None
            if verdict is False:
                failed.append(os.path.relpath(os.path.join(d, name), folder))
    held = judged - len(failed)
    print('judged %d, held %d (%.1f %%)' % (judged, held, 100 * held / max(judged, 1)))
    new = [f for f in failed if f not in reasons]
    gone = [f for f in reasons if f not in failed]
    for f in failed:
        print('  %s: %s' % (f, reasons.get(f, 'NOT EXPLAINED')))
    for f in gone:
        print('  %s holds now: take it off the list' % f)
    return 1 if new or gone or held < 0.98 * judged else 0


if __name__ == '__main__':
    sys.exit(main())

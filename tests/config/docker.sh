#!/usr/bin/env bash
# Dockerfile and docker-compose.yml, as far as they can be tried without a Docker daemon: the image has every library the program
# is linked with, the compose file is valid, what it mounts is there, and its parts agree with each other.
# Usage: docker.sh TICKERTONE, in the checkout.
set -euo pipefail

tickertone=$1 conf=config/docker/tickertone.yaml
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }
want() { grep -qE "$2" "$1" || fail "$1 has no line like $2"; }

echo "-- the image: a user of its own, every library"
want Dockerfile '^USER [1-9][0-9]*:[1-9][0-9]*$'
want Dockerfile '^HEALTHCHECK '
[ "$(tail -n 1 <(grep ^FROM Dockerfile))" = "FROM debian:12-slim" ] || fail "the image is not debian:12-slim"
if grep -q 'VERSION_ID="12"' /etc/os-release 2>/dev/null && command -v dpkg-query >/dev/null; then
	for library in $(ldd "$tickertone" | awk '/=> \// {print $1}'); do
		grep -q "NEEDED.*\[$library\]" <<<"$(readelf -d "$tickertone")" || continue # another library's
		path=$(ldd "$tickertone" | awk -v l="$library" '$1 == l {print $3}')
		package=$({ dpkg-query -S "$path" "$(readlink -f "$path")" "/usr$path" "/usr$(readlink -f "$path")" 2>/dev/null || true; } |
			head -n 1 | cut -d: -f1) # merged /usr: the package may know either path
		case $package in
		libc6 | libgcc-s1) continue ;; # in every image
		libasan* | libtsan* | libubsan*) continue ;;
		'') fail "no package has $path" ;;
		esac
		want Dockerfile "^ +$package \\\\\$"
	done
fi
while read -r folder; do
	grep -qxF "!${folder%%/*}" .dockerignore || fail ".dockerignore keeps $folder from the build"
done < <(sed -nE 's/^add_subdirectory\((.*)\)/\1/p' CMakeLists.txt; echo config; echo cmake)

echo "-- the compose file is valid"
if command -v docker-compose >/dev/null; then
	compose=(docker-compose)
elif docker compose version >/dev/null 2>&1; then
	compose=(docker compose)
else
	echo "SKIPPED: docker-compose is missing" >&2
	exit 77
fi
"${compose[@]}" -f docker-compose.yml config >"$tmp/compose.yml"

echo "-- images have versions, mounted files are there"
if grep -E '^ +image: ' docker-compose.yml | grep -vE 'image: (tickertone|[a-z/]+:v?[0-9][0-9.]*)$'; then fail "images without a version"; fi
while read -r path; do
	[ -e "$path" ] || fail "docker-compose.yml mounts $path, which is not there"
done < <(sed -nE 's/^ +- (\.\/[^:]+):.*/\1/p' docker-compose.yml)

echo "-- its parts agree"
TICKERTONE_DB_PASSWORD=x "$tickertone" config -c "$conf" >"$tmp/effective" || fail "$conf is not accepted"
want "$tmp/effective" '^ +listen: "?0\.0\.0\.0:9464'
want Dockerfile 'http://127\.0\.0\.1:9464/health'
want config/prometheus/prometheus.yml 'port: 9464$'
want docker-compose.yml '"--topic", "news"'
want "$conf" '^  topics: \[news\]'
want docker-compose.yml '^      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:9092$'
want "$conf" '^  brokers: kafka:9092$'
want config/grafana/provisioning/datasources/tickertone.yaml '^    url: postgres:5432$'
want config/grafana/provisioning/dashboards/tickertone.yaml 'path: /var/lib/grafana/dashboards$'

#!/usr/bin/env bash
# CHANGELOG.md in Debian's form, compressed: changelog.sh CHANGELOG.md VERSION MAINTAINER OUT.gz
# "## Unreleased" is what becomes VERSION; the dates of other sections stand in their headings, "## 0.1.0, 2026-05-04".
set -euo pipefail
changelog=$1 version=$2 maintainer=$3 out=$4

rfc_date() { LC_ALL=C TZ=UTC date -R "$@"; }
now=$(rfc_date --date="@${SOURCE_DATE_EPOCH:-$(date +%s)}")

# Debian's lines are shorter than ours.
item='' date=''
end_item() {
  [ -z "$item" ] || fold -sw 74 <<< "$item" | sed -e '1s/^/  * /' -e '2,$s/^/    /' -e 's/ *$//'
  item=''
}
end_entry() {
  end_item
  [ -z "$date" ] || printf '\n -- %s  %s\n\n' "$maintainer" "$date"
}

while IFS= read -r line; do
  case $line in
    '# '*) ;;
    '## '*)
      end_entry
      heading=${line#'## '}
      case $heading in
        Unreleased) date=$now heading=$version ;;
        *', '*) date=$(rfc_date --date="${heading#*, } 00:00 UTC") heading=${heading%%,*} ;;
        *) echo "changelog.sh: '$line' has no date" >&2; exit 1 ;;
      esac
      printf 'vit-embed (%s) unstable; urgency=medium\n\n' "$heading" ;;
    '- '*) end_item; item=${line#- } ;;
    '  '*) item+=" ${line#  }" ;;
    '') ;;
    *) echo "changelog.sh: neither a heading nor an item: '$line'" >&2; exit 1 ;;
  esac
done < "$changelog" > "${out%.gz}"
end_entry >> "${out%.gz}"
gzip -9nf "${out%.gz}"

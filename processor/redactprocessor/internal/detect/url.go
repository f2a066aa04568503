// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// maxAuthority bounds the part of a URL between "://" and the path.
const maxAuthority = 2048

// url looks at what follows the "://" at i: a user with a password, or a path that is a secret.
func (sc *Scanner) url(i int) int {
	s := sc.text
	start := i + len("://")
	end := authorityEnd(s, start)
	at := strings.LastIndexByte(s[start:end], '@')
	if at >= 0 {
		if next := sc.userinfo(start, start+at); next > 0 {
			return next
		}
	} else if end == len(s) && sc.cutUserinfo(i, end) {
		return end
	}
	if end < len(s) && s[end] == '/' {
		if next := sc.webhook(start, end); next > 0 {
			return next
		}
		sc.oneTimeLink(end)
	}
	return start
}

// authorityEnd returns where the authority that begins at start ends. A slash inside a password does not end it when
// an "@" follows before anything that no URL holds.
func authorityEnd(s string, start int) int {
	end := start
	stop := min(len(s), start+maxAuthority)
	for end < stop && !authorityStops[s[end]] {
		end++
	}
	return end
}

// authorityStops are the bytes that end the authority of a URL.
var authorityStops = func() (t [256]bool) {
	for c := range t {
		t[c] = endsURL(byte(c)) || c == '/' || c == '?' || c == '#'
	}
	return t
}()

// endsURL tells whether c cannot be part of a URL in running text.
func endsURL(c byte) bool {
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`' || c == '|' || c == ')' ||
		c == ','
}

// userinfo adds user:password in [start, at).
func (sc *Scanner) userinfo(start, at int) int {
	s := sc.text
	colon := strings.IndexByte(s[start:at], ':')
	if colon < 0 {
		if !looksToken(s[start:at]) {
			return 0 // a user name alone
		}
		colon = -1
	}
	secret := start + colon + 1
	if secret == at || s[start] == '[' || s[start] == '(' || sc.isOwn(s[start:at]) {
		return 0
	}
	if sc.standsIn(s[secret:at]) {
		return at + 1 // no address of mail, either
	}
	sc.add(Finding{start, at, URLUserinfo, Unquoted})
	sc.moreHosts(at)
	return at
}

// cutUserinfo adds user:password behind the "://" at i when the text was cut off in it, at end.
func (sc *Scanner) cutUserinfo(i, end int) bool {
	s, start := sc.text, i+len("://")
	user, password, found := strings.Cut(s[start:end], ":")
	if !found || len(password) < leastWord || !only(user, aURLDot) || strings.IndexByte(password, '.') >= 0 ||
		!looksPassword(password) || sc.standsIn(password) || imageSchemes.has(s[runBack(s, i, maxLocal, aLetter):i]) {
		return false
	}
	sc.add(Finding{start, end, URLUserinfo, Unquoted})
	return true
}

// imageSchemes stand before the name of an image and its tag: docker://nginx:1.25-alpine.
var imageSchemes = words("docker oci image storage daemon archive dir")

// moreHosts adds the passwords of further hosts, as libpq and MongoDB take them: a:b@one:1,a:b@two:2/db.
func (sc *Scanner) moreHosts(at int) {
	s := sc.text
	for {
		end := authorityEnd(s, at+1)
		if end >= len(s) || s[end] != ',' {
			return
		}
		next := strings.IndexByte(s[end+1:authorityEnd(s, end+1)], '@')
		if next < 0 || strings.IndexByte(s[end+1:end+1+next], ':') < 0 || sc.isOwn(s[end+1:end+1+next]) {
			return
		}
		at = end + 1 + next
		sc.add(Finding{end + 1, at, URLUserinfo, Unquoted})
	}
}

// webhooks are the places whose path gives access to whoever knows it.
var webhooks = []string{
	"hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/", "alchemyapi.io/v2/",
	"g.alchemy.com/v2/",
	"discord.com/api/webhooks/",
	"discordapp.com/api/webhooks/",
	"outlook.office.com/webhook/", "hooks.zapier.com/hooks/", "hook.make.com/", "chat.googleapis.com/v1/spaces/",
	"infura.io/v3/", "open.feishu.cn/open-apis/bot/v2/hook/", "open.larksuite.com/open-apis/bot/v2/hook/",
	"slack.com/join/shared_invite/",
	"maker.ifttt.com/use/", "thingsboard.cloud/api/v1/", "webhook.site/", "mandrillapp.com/api/", "hook.eu1.make.com/", "hook.us1.make.com/",
	"hook.eu2.make.com/", "hook.us2.make.com/",
}

// webhooksBy holds them by the last letter of their hosts.
var webhooksBy = func() (t [256][]hook) {
	for _, w := range webhooks {
		host, path, _ := strings.Cut(w, "/")
		last := host[len(host)-1]
		t[last] = append(t[last], hook{host, "/" + path})
	}
	return t
}()

// hook is the place of a webhook.
type hook struct{ host, path string }

// chatHooks is where Mattermost, Rocket.Chat and others have their incoming webhooks, on whatever host.
const chatHooks = "/hooks/"

// toolHooks is where n8n, Tines and others have theirs.
const toolHooks = "/webhook/"

// toolHook adds the opaque parts of the path of a webhook that begins at i. Names of what is called stay.
func (sc *Scanner) toolHook(i int) {
	s := sc.text
	for at := i; at < len(s); {
		end := run(s[:min(len(s), at+maxLook)], at, aURL)
		if end-at >= leastOpaque && isLinkToken(s[at:end]) {
			sc.add(Finding{at, end, WebhookURL, Unquoted})
		}
		if end == at || end >= len(s) || s[end] != '/' {
			return
		}
		at = end + 1
	}
}

// leastHost is the length of the shortest host among them.
const leastHost = len("infura.io")

// webhook adds the path of a URL whose host is [start, slash).
func (sc *Scanner) webhook(start, slash int) int {
	s := sc.text
	host := s[start:slash]
	path, listed := 0, false
	if len(host) >= leastHost {
		for _, w := range webhooksBy[host[len(host)-1]] {
			if strings.HasSuffix(host, w.host) && strings.HasPrefix(s[slash:], w.path) {
				path, listed = slash+len(w.path), true
				break
			}
		}
	}
	switch {
	case path > 0:
	case strings.HasSuffix(host, ".webhook.office.com"):
		path = slash + 1
	case strings.HasPrefix(s[slash:], chatHooks):
		path = slash + len(chatHooks)
	case strings.HasPrefix(s[slash:], toolHooks):
		sc.toolHook(slash + len(toolHooks))
	}
	if path == 0 {
		return 0
	}
	if path < sc.closed.until && (sc.closed.listed || !listed) {
		return 0
	}
	end := max(path, sc.closed.end)
	for path >= sc.closed.end && end < len(s) && !endsURL(s[end]) {
		end++
	}
	if end-path < leastToken || sc.ownEnd(path) > 0 {
		return 0
	}
	if reach := opensDoor(s[path:end], listed); reach > 0 {
		sc.closed = closed{path + reach, end, listed}
		return 0
	}
	sc.add(Finding{path, end, WebhookURL, Unquoted})
	return end
}

// closed remembers the last path that held no secret, so that one made of paths is not read again for each of them.
type closed struct {
	until  int  // none that begins in it before here holds one
	end    int  // of the path
	listed bool // it was on a host that is listed, where less is taken for a secret
}

// opensDoor looks in the path of a webhook for what only its owner knows. On a host that is listed it may be short. It
// returns 0 when that is there, else how far into the path the reason reaches why it is not.
func opensDoor(path string, listed bool) int {
	if at := strings.Index(path, "YOUR"); at >= 0 {
		return at + 1
	}
	parts := func(r rune) bool { return strings.ContainsRune("/@?=", r) }
	for part := range strings.FieldsFuncSeq(path, parts) {
		digits, _, _ := mix(part)
		if len(part) >= leastToken && varied(part, 6) || digits > 0 && digits < len(part) && len(part) >= 6 ||
			listed && digits == 0 && len(part) > 6 && varied(part, 5) && !wordy(part) {
			return 0
		}
	}
	return len(path)
}

// telegram recognises <bot id>:AA<33 characters> around the ":" at i.
func (sc *Scanner) telegram(i int) int {
	const leastID, maxID, rest = 8, 10, 33
	s := sc.text
	start, end := runBack(s, i, maxID+1, aDigit), run(s, i+1, aURL)
	if i-start < leastID || i-start > maxID || end-i-1 < rest {
		return i + 1
	}
	if !startsWord(s, start) && !strings.HasSuffix(s[:start], "bot") {
		return i + 1
	}
	sc.add(Finding{start, end, TelegramToken, Unquoted})
	return end
}

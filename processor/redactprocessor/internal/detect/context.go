// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// A token that no prefix names is judged by the word right before it: "api_key 7f9c…", <token>7f9c…</token>,
// setProperty("X_TOKEN", "7f9c…").
const (
	leastContext  = 12  // characters of such a token
	contextWindow = 100 // how far before the token its word is looked for
	contextSigns  = 24  // signs and blanks between the two
	maxContext    = 512 // how far the token may reach beyond the run that was found first
)

// fillers may stand between the word and the token.
var fillers = words("value val string str is as default")

// inContext adds the token around the run [start, end) when the word before it announces a secret.
func (sc *Scanner) inContext(start, end int) bool {
	s := sc.text
	if end-start < leastContext {
		return false
	}
	start, end, again := sc.wholeToken(start, end)
	if again {
		return false
	}
	if start > 1 && s[start-1] == '@' && isAlnum(s[start-2]) {
		return false // create-token@<revision>
	}
	word, ok := wordBefore(s, start)
	if !ok || !mayEnd(word, len(word)) {
		return false
	}
	if fillers.has(word) {
		if word, ok = wordBefore(s, start-len(word)-1); !ok {
			return false
		}
	} else {
		word = phrase(s, start, word)
	}
	switch sc.keys.kind(word) {
	case KindSecret, KindBearer:
	case KindToken:
		if isUUID(s[start:end]) {
			return false
		}
	case KindVendor:
		if !isOpaque(s[start:end]) {
			return false
		}
	default:
		return false
	}
	if !tokenLike(s[start:end]) {
		return false
	}
	if sc.isPlaceholder(s[start:end]) || end < len(s) && (s[end] == '(' || s[end] == '[') {
		return false
	}
	sc.add(Finding{start, end, SecretValue, Unquoted})
	return true
}

// maxPhrase is how many words of a phrase stand before its last one.
const maxPhrase = 2

// phraseWords say what is meant only together with the words before them: "acme private key 7f9c…", "next token".
var phraseWords = words("key token private access secret")

// phrase adds the words before word, which stands before i.
func phrase(s string, i int, word string) string {
	at := strings.LastIndex(s[max(0, i-contextSigns-len(word)):i], word) + max(0, i-contextSigns-len(word))
	end := at + len(word)
	for n, last := 0, word; n < maxPhrase && at > 0 && s[at-1] == ' ' && phraseWords.has(last); n++ {
		before, ok := wordBefore(s, at)
		if !ok || s[at-1-len(before):at-1] != before {
			break
		}
		at, last = at-1-len(before), before
	}
	return s[at:end]
}

// wholeToken widens the run [start, end) to the token that it is a part of, and tells whether that was read before.
func (sc *Scanner) wholeToken(start, end int) (from, to int, again bool) {
	m := &sc.wide
	if m.scan == sc.scan && start >= m.start && end <= m.end {
		return m.start, m.end, true
	}
	from, to = widen(sc.text, start, end)
	*m = memo{scan: sc.scan, start: from, end: to}
	return from, to, false
}

// maxJoined is how far into a run its name reaches.
const maxJoined = 40

// joinedKey adds what follows the name of a secret in one run of token characters: acme-secret-key-7f9c….
func (sc *Scanner) joinedKey(start, end int) bool {
	s := sc.text
	for i := start + leastCredential; i < min(end-leastOpaque, start+maxJoined); i++ {
		if alphabet[s[i]]&aURLSafe == 0 || !mayEnd(s, i) {
			continue
		}
		if kind := sc.keys.kind(s[start:i]); kind != KindSecret && kind != KindBearer {
			continue
		}
		rest := s[i+1 : end]
		if !hexGroups(rest) && (!only(rest[:min(len(rest), maxLook)], aAlnum) || !isOpaque(rest) || unbase64(rest) != "") {
			continue
		}
		sc.add(Finding{i + 1, end, SecretValue, Unquoted})
		return true
	}
	return false
}

// hexGroups tells whether s is a UUID, or one that somebody has miscounted.
func hexGroups(s string) bool {
	if isUUID(s) {
		return true
	}
	digits, letters, dashes := 0, 0, 0
	for i := range min(len(s), maxLook) {
		switch c := s[i]; {
		case c == '-':
			dashes++
		case isDigit(c):
			digits++
		case alphabet[c]&aHex == 0:
			return false
		default:
			letters++
		}
	}
	return dashes >= 3 && dashes <= 5 && digits >= 6 && letters >= 4 && digits+letters >= 24
}

// tokenLike is a first look at a run: letters and digits mixed, and no words.
func tokenLike(s string) bool {
	s = s[:min(len(s), maxLook)]
	digits, capitals, smalls := mix(s)
	return digits > 0 && capitals+smalls > 0 && varied(s, 6) && !wordy(s) && !isAddress(s) &&
		!looksName(s) && !isRoute(s)
}

// widen adds the signs and the parts around a run that belong to the same token.
func widen(s string, start, end int) (from, to int) {
	from, to = start, end
	for from > 0 && start-from < maxContext && (alphabet[s[from-1]] != 0 || s[from-1] == '~' || s[from-1] == '!') &&
		!escapedLetter(s, from-1) {
		from--
	}
	for to < len(s) && to-end < maxContext && (alphabet[s[to]] != 0 || strings.IndexByte("=~!%", s[to]) >= 0) {
		to++
	}
	for to > end && s[to-1] == '.' {
		to--
	}
	return from, to
}

// wordBefore returns the name that stands before i with nothing but signs and blanks in between.
func wordBefore(s string, i int) (string, bool) {
	if i <= 0 || i > len(s) {
		return "", false
	}
	end := i
	for stop := max(0, i-contextSigns); end > stop && isSign(s[end-1]); {
		end--
	}
	for end < i && escapedLetter(s, end-1) && end > 1 {
		end -= 2
		for end > 0 && !isAlnum(s[end-1]) {
			end--
		}
	}
	if end == i || end == 0 || !isAlnum(s[end-1]) {
		return "", false
	}
	start := runBack(s, end, contextWindow, aURLDot)
	if start < end && escapedLetter(s, start) {
		start++
	}
	if strings.HasSuffix(s[:start], "::") {
		return "", false // a name in a namespace
	}
	return s[start:end], start < end
}

// isSign tells whether c may stand between a name and its value. A bracket that closes ends what was said before it.
func isSign(c byte) bool {
	return !isAlnum(c) && c < 0x80 && c != ';' && c != ']' && c != '{'
}

// leastOpaque is the length of the shortest random value that is taken for a key by itself.
const leastOpaque = 16

// isOpaque tells whether s is of the kind that services give out as keys: hexadecimal, a UUID, or long and random.
func isOpaque(s string) bool {
	if isUUID(s) || len(s) >= 28 && only(s, aHex) {
		return true
	}
	digits, capitals, smalls := mix(s)
	return len(s) >= leastOpaque && digits >= 2 && capitals+smalls >= 4 && varied(s, 10) && longestWord(s) <= max(6, len(s)/7) && !wordy(s)
}

// vendorWords are services whose keys have no form of their own: an opaque value under their bare name is a key.
var vendorWords = set("airtable algolia alchemy amplitude anypoint apollo asana assemblyai beamer bitbucket clarifai " +
	"cloudflare cohere coinbase codacy confluent customerio datadog deepgram dropbox elevenlabs etsy eventbrite fastly " +
	"finnhub flickr freshbooks gitter heroku hubspot infracost intercom ipstack jfrog kraken kucoin launchdarkly linear " +
	"lob looker mailchimp mailgun mailjet mapbox mattermost messagebird mistral netlify newrelic nytimes okta " +
	"openweather openweathermap owm pyowm pagerduty postmark pinecone rapidapi scalingo sendbird sendgrid sentry shodan " +
	"snyk sonar squarespace statuspage sumologic travis trello twilio twitch twitter typeform virustotal voyageai " +
	"yandex zendesk zoho ai21 abuseipdb aftership ably aiven apify appsflyer baseten bitly bitrise " +
	"bugsnag buildkite bunny calendly checkly clearbit clickup codecov codemagic coinmarketcap contentful " +
	"convertkit coveralls crowdin cypress deepl delighted deviantart digitalocean docusign " +
	"figma flutterwave freshdesk fullstory geocodio gitguardian giphy hetzner " +
	"honeycomb imgur instatus ipgeolocation ipinfo iterable jotform klaviyo knapsack " +
	"lemlist linode livechat locationiq lokalise loggly mailerlite maxmind meraki mixpanel moralis " +
	"ngrok numverify omise onesignal opsgenie optimizely packagecloud paystack pexels " +
	"pipedrive pivotaltracker pixabay plivo posthog prismic pusher quickbase qubole " +
	"recaptcha rollbar rudderstack scraperapi securitytrails serpapi serper shippo signalfx " +
	"smartsheet smartling sonarcloud sourcegraph spoonacular sparkpost squareup stability statsig stormglass " +
	"strava stripe supabase tavily telegram testrail tmdb tomtom trufflehog uptimerobot " +
	"urlscan vercel vonage vultr wakatime wandb weatherapi weatherbit webflow wistia wrike yelp " +
	"zapier zerobounce " + moreServices)

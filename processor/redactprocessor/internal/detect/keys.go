// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"maps"
	"slices"
	"strings"
)

// Kind says what a key announces about its value.
type Kind uint8

// The kinds of keys.
const (
	KindNone     Kind = iota
	KindSecret        // whatever stands there is a secret: password, api_key
	KindToken         // a secret when it looks like a token: the key alone is too common a word
	KindAuth          // the value of an Authorization header
	KindCookie        // name=value pairs
	KindPin           // 3 to 8 digits
	KindSeed          // the words of a wallet
	KindQuery         // a secret in the query of a URL only
	KindVendor        // the name of a service: its key, when the value is opaque
	KindWord          // a short password, when it looks like one: the key is too common a word
	KindBearer        // KindToken, or a UUID
	KindName          // the name of a person
	KindManifest      // the kind of a manifest of Kubernetes, which may be a Secret
	KindCodes         // codes by which an account is recovered
	KindBank          // the code of a bank
	KindNational      // a number that a state or a bank gave to a person
	KindBirth         // a date of birth
	KindPhone         // the number of a telephone
	KindSSN           // nine digits of the United States
	KindSortCode      // six digits of a bank of the United Kingdom
	KindMember        // nothing by itself, but it ends in "id"
)

// maxKey is how far back a key is read: longer ones are not keys but text.
const maxKey = 64

// maxKeyWords is how many words at the end of a key are looked at.
const maxKeyWords = 6

// wordClass is what a word at the end of a key means by itself.
type wordClass uint8

const (
	wOther wordClass = iota
	wPassword
	wToken
	wTokens
	wKey
	wAuth
	wCookie
	wPin
	wCode
	wPhrase
	wSeed
	wHash
	wQuery
	wVendor
	wPass
	wKind
	wName
	wSurname
	wOpaque
	wBank
	wPattern // a personal access token, or a pattern; the id of a session
	wNeutral // says nothing: the word before it counts
)

var keyWords = classes(map[wordClass]string{
	wPassword: "password passwords passwd passwds pwd passphrase passphrases passcode passkey secret secrets " +
		"credential credentials creds requirepass masterauth " +
		"apikey apikeys apitoken authtoken accesstoken accesskey secretkey privatekey clientsecret jwt bearer userpass " +
		"sharedaccesskey accountkey masterkey encryptionkey signingkey apisecret appsecret authkey storagekey sshkey " +
		"storepass keypass userpwd passwort kennwort wachtwoord senha parola contrasena haslo losenord mdp motdepasse " +
		"adgangskode salasana heslo sifre csrf xsrf " +
		"paasword pasword passord passwrd passwrod pssword psword paswrd pswd psswd userpw proxyuserpwd",
	wToken:   "token unseal crumb encrypt gossip",
	wPattern: "pat phpsessid jsessionid aspxauth",
	wPass:    "pass passe pword pw pwrd psw psk clave cred",
	wOpaque:  "private access refresh skey pkey",
	wKind:    "kind",
	wName:    "name",
	wSurname: "surname firstname lastname fullname forename vorname nachname familyname givenname middlename nom prenom " +
		"apellido apellidos cardholder",
	wOther:  "jsonwebtoken openapi",
	wTokens: "tokens",
	wKey:    "key keys",
	wAuth:   "authorization authentication auth",
	wCookie: "cookie cookies",
	wPin:    "pin cvv cvc cvv2 otp totp pincode",
	wCode:   "code codes",
	wBank:   "bic swift",
	wPhrase: "phrase words",
	wSeed:   "mnemonic seedphrase seed",
	wHash:   "hash salt digest",
	wQuery:  "signature sig session sessionid sid code state ticket assertion samlresponse hmac",
	wNeutral: "prod production dev development test testing stage staging live sandbox old new current default value " +
		"plain plaintext raw " +
		"base64 b64 base encoded string str env secondary backup main root admin user header are",
})

func classes(words map[wordClass]string) map[string]wordClass {
	m := map[string]wordClass{}
	for class, list := range words {
		for w := range strings.FieldsSeq(list) {
			if _, taken := m[w]; !taken || class < m[w] {
				m[w] = class
			}
		}
	}
	return m
}

var (
	// secretKeys are the words before "key" that make it a secret for certain.
	secretKeys = set("api access secret private signing encryption auth account master license subscription access " +
		"shared storage service " +
		"session webhook admin deploy function functions app application ssh gpg hmac jwt integration read write " +
		"consumer server rest rapidapi " +
		"secretaccess decrypt decryption crypto cipher aes rsa ssl tls login root security")
	// openKeys are those that make it something else.
	openKeys = set("primary foreign sort partition public cache object routing message translation idempotency group " +
		"row index map lookup " +
		"dedup config flag feature unique composite natural surrogate hash range i18n locale event metric span attribute " +
		"header query param " +
		"protobuf recv prop property field column dict json yaml schema bucket s3 redis cursor item node tree press up down enter escape " +
		"arrow hot short answer site publishable verification")
	// openTokens are the words before "token" that speak of positions and vocabularies.
	openTokens = set("page next continuation sync cursor pad eos bos special mask unk start end stop last first per " +
		"max min cost limit truncation error change lock idempotency creation starting " +
		"prompt completion input output top current previous sep cls")
	// uniqueTokens are the words before "token" that mostly make a request unique, by a UUID.
	uniqueTokens = set("client request")
	// statements stand before a bare "token" in programs.
	statements   = set("if elif while and or not return yield assert until unless")
	secretTokens = set("access refresh auth api bearer session secret oauth")
	codeOwners   = set("recovery backup scratch rescue emergency")
	pinCodes     = set("security verification otp mfa auth pin cvv cvc totp 2fa passcode sms onetime access")
	passOwners   = set("de default user db database smtp ftp sftp ssh admin root mail mailer email mysql pg postgres redis ldap " +
		"bind auth login wifi sudo sys api http proxy basic keystore truststore key cert jdbc sql my app mongo rabbitmq")
	nameKinds = set("first last full given family middle maiden birth legal patient cardholder holder passenger guest " +
		"recipient payee beneficiary employee applicant mother father spouse customer user contact borrower student person " +
		"member preferred nick payer buyer debtor creditor insured claimant candidate resident landlord attorney caller " +
		"traveler traveller attendee physician doctor guardian subscriber policyholder")
	holders     = set("account card policy")
	phraseKinds = set("seed recovery mnemonic backup secret wallet")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// joined are the ends of words written in one: csrftoken, dbpassword.
var joined = []string{
	"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey",
	"privatekey", "credential",
	"credentials", "pwd", "accountkey", "storagekey", "functionkey", "masterkey",
}

// allWords are keyWords and vendorWords.
var allWords = func() map[string]wordClass {
	all := maps.Clone(keyWords)
	for word := range vendorWords {
		if _, taken := all[word]; !taken {
			all[word] = wVendor
		}
	}
	return all
}()

// joinedBy holds them by their last letter.
var joinedBy = func() (t [256][]string) {
	for _, end := range joined {
		t[end[len(end)-1]] = append(t[end[len(end)-1]], end)
	}
	return t
}()

func classOf(word string) wordClass {
	if c, ok := allWords[word]; ok {
		return c
	}
	if len(word) > leastService && strings.HasSuffix(word, "api") {
		return wVendor
	}
	if word[0] >= '0' && word[0] <= '9' || word == "b" { // of B64
		return wNeutral
	}
	for _, end := range joinedBy[word[len(word)-1]] {
		if len(word) > len(end) && strings.HasSuffix(word, end) {
			return wPassword
		}
	}
	return wOther
}

// leastService is the length of the shortest word before "api" that is taken for the name of a service.
const leastService = 6

// certain are the kinds that follow from the class of the last word alone.
var certain = [...]Kind{
	wPassword: KindSecret, wCookie: KindCookie, wPin: KindPin, wQuery: KindQuery, wVendor: KindVendor,
	wOpaque: KindVendor, wPattern: KindBearer, wBank: KindBank, wSurname: KindName, wNeutral: KindNone,
}

// classify judges the words of a key, the last of which counts most.
func classify(words []string) Kind {
	n := len(words)
	if n == 0 {
		return KindNone
	}
	class := classOf(words[n-1])
	for n > 1 && class == wNeutral {
		n--
		class = classOf(words[n-1])
	}
	before := wordBeforeLast(words[:n])
	if class == wOpaque && vendorWords[before] {
		return KindBearer // acme_private
	}
	if kind := certain[class]; kind != KindNone {
		return certainly(kind, words[:n], before)
	}
	switch class {
	case wToken:
		return tokenKind(words[:n], before)
	case wTokens:
		return pick(before == "" || secretTokens[before], KindToken, KindNone)
	case wKey:
		return keyKind(before)
	case wAuth:
		return pick(strings.HasPrefix(words[n-1], "authori"), KindAuth, KindToken)
	case wCode:
		return codeKind(words[n-1], before)
	case wPhrase, wSeed:
		return pick(phraseKinds[before] || class == wSeed && words[n-1] != "seed", KindSeed, KindNone)
	case wKind:
		return pick(n == 1, KindManifest, KindNone)
	case wName:
		return pick(nameKinds[before], KindName, KindNone)
	case wHash:
		return pick(classOf2(before) == wPassword, KindSecret, KindNone)
	case wPass:
		return pick(passOwners[before], KindSecret, KindWord)
	}
	return otherKey(words[:n], words[n-1], before)
}

// otherKey judges a key whose last word says nothing by itself.
func otherKey(words []string, last, before string) Kind {
	switch {
	case last == "holder" && holders[before]:
		return KindName
	case before == "secret" && last == "id": // of AppRole
		return KindBearer
	case before == "session" && last == "id" && len(words) > 2 && words[len(words)-3] == "net": // of ASP
		return KindBearer
	case before == "p" && last == "w":
		return KindWord
	}
	if vendorWords[before] && vendorParts[last] {
		return KindVendor
	}
	return personalKind(words, last, before)
}

// codeKind judges a key that ends in "code" or "codes".
func codeKind(last, before string) Kind {
	switch {
	case codeOwners[before]:
		return KindCodes
	case before == "swift" || before == "bic":
		return KindBank
	case before == "sort":
		return KindSortCode
	case last == "codes":
		return KindNone
	}
	return pick(pinCodes[before], KindPin, KindQuery)
}

// certainly is the kind that the last of the words has by itself, but for those that words before it turn to another.
func certainly(kind Kind, words []string, before string) Kind {
	switch {
	case kind == KindSecret && namesPlace(words, before):
		return KindNone
	case kind == KindQuery && signers[before]:
		return KindToken
	}
	return kind
}

// wordBeforeLast returns the word before the last one, with the one before it where it is a number: ai21_key.
func wordBeforeLast(words []string) string {
	n := len(words)
	if n < 2 {
		return ""
	}
	before := words[n-2]
	if n > 2 && isDigit(before[0]) && vendorWords[words[n-3]+before] {
		return words[n-3] + before
	}
	return before
}

// namesPlace tells whether words that end in "secret" are where secrets are kept, or the name of one:
// existingSecret, keyVaultToStoreSecrets, image_pull_secrets.
func namesPlace(words []string, before string) bool {
	last := words[len(words)-1]
	return last == "secret" && secretPlaces[before] || last == "secrets" && len(words) > 1 &&
		(slices.Contains(words, "vault") || secretPlaces[before])
}

var secretPlaces = set("existing pull target source")

// signers are the words before "signature" of links that let whoever has them in, wherever their parts stand.
var signers = set("amz goog")

// vendorParts follow the name of a service where its key stands.
var vendorParts = set("api login access app personal license init")

func classOf2(word string) wordClass {
	if word == "" {
		return wOther
	}
	return classOf(word)
}

func tokenKind(words []string, before string) Kind {
	switch n := len(words); {
	case n > 2 && before == "key" && words[n-3] == "public": // of .NET
		return KindNone
	case before == "" || statements[before]:
		return KindBearer
	case openTokens[before]:
		return KindNone
	case uniqueTokens[before]:
		return KindToken
	}
	return KindSecret
}

func keyKind(before string) Kind {
	switch {
	case before == "":
		return KindQuery
	case secretKeys[before] || vendorWords[before]:
		return KindSecret
	case openKeys[before]:
		return KindNone
	case before == "record": // of Cypress
		return KindBearer
	}
	return KindToken
}

func pick[T any](cond bool, yes, no T) T {
	if cond {
		return yes
	}
	return no
}

// KeyKind judges a key: an attribute's, one of a map, or one in JSON.
func KeyKind(key string) Kind {
	if len(key) > maxKey {
		key = key[len(key)-maxKey:]
	}
	if !mayAnnounce(key) {
		return KindNone
	}
	words, first := splitKey(key, key)
	if slices.ContainsFunc(words[first:], hasCapitals) {
		var low [maxKey]byte
		for i := range len(key) {
			low[i] = lower(key[i])
		}
		words, first = splitKey(key, string(low[:len(key)]))
	}
	return classify(words[first:])
}

func hasCapitals(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

// hints holds the beginnings of all words that announce something, so that most keys are passed over without being
// split.
var hints = func() (h [1 << 15 / 8]byte) {
	for w, class := range keyWords {
		if len(w) >= 3 && class != wNeutral && class != wOther {
			slot := trigram(w, 0)
			h[slot>>3] |= 1 << (slot & 7)
		}
	}
	for _, w := range slices.Concat(slices.Collect(maps.Keys(vendorWords)), joined, personalHints) {
		if len(w) < 3 {
			continue
		}
		slot := trigram(w, 0)
		h[slot>>3] |= 1 << (slot & 7)
	}
	slot := trigram("api", 0)
	h[slot>>3] |= 1 << (slot & 7)
	return h
}()

// trigram folds three letters at i into 15 bits; capitals and small letters fall together.
func trigram(s string, i int) int {
	return int(s[i]&31)<<10 | int(s[i+1]&31)<<5 | int(s[i+2]&31)
}

func mayAnnounce(key string) bool {
	if n := len(key); n >= len("pw") && hasFold(key[n-len("pw"):], "pw") || n == len("p/w") && hasFold(key, "p/w") {
		return true
	}
	slot := 0
	for i := range len(key) {
		slot = (slot<<5 | int(key[i]&31)) & (1<<15 - 1)
		if i > 1 && hints[slot>>3]&(1<<(slot&7)) != 0 {
			return true
		}
	}
	return false
}

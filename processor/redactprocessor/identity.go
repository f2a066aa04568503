// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"path"
	"slices"
	"strings"
)

// class is what an identifier identifies. Equal values of one class get the same token, whatever attribute they stand
// in.
type class uint8

const (
	noClass class = iota
	classUser
	classTenant
	classCustomer
	classAccount
	classDevice
	classSession
	classes // how many there are
)

var classNames = [classes]string{"", "user", "tenant", "customer", "account", "device", "session"}

func (c class) String() string { return classNames[c] }

func classNumber(name string) class {
	if i := slices.Index(classNames[:], name); i > 0 {
		return class(i)
	}
	return noClass
}

// endings are the last words of attribute keys that name an identifier, joined without separators: user.id, user_id,
// userId and traceloop.association.properties.user_id all end alike.
var endings = map[class][]string{
	classUser: {
		"userid", "enduserid", "username", "useremail", "userfullname", "userlogin", "enduserpseudoid",
		"userpseudoid", "endusername",
		"userhandle", "useremailaddress", "useruuid", "userguid", "traceuser", "participantidentity", "userphone",
		"userphonenumber", "employeeid", "patientid", "subscriberid", "useruid", "distinctid", "visitorid", "anonymousid",
		"memberid",
	},
	classTenant: {
		"tenantid", "organizationid", "organisationid", "orgid", "tenantname", "organizationuuid",
		"organizationname",
	},
	classCustomer: {"customerid", "customeremail", "customername", "customeruuid"},
	classAccount:  {"accountid", "accountnumber", "accountuuid"},
	classDevice: {
		"deviceid", "clientaddress", "sourceaddress", "netpeerip", "clientip", "installationid",
		"appinstallationid",
	},
	classSession: {
		"sessionid", "conversationid", "threadid", "chatid", "tracesession", "sessionpreviousid", "roomname",
		"sessionname",
	},
}

// notIdentifiers end like one and are something else: the thread of the operating system, the account at a cloud.
var notIdentifiers = map[string]bool{
	"thread.id": true, "cloud.account.id": true, "aws.account.id": true,
	"gcp.account.id":    true,
	"process.user.name": true, "db.user.name": true, "langsmith.trace.session_id": true,
	"langsmith.trace.session_name": true,
	"kubernetes.user.name":         true, "container.user.name": true,
}

// plainKeys are keys that name somebody without saying id.
var plainKeys = map[string]class{
	"user": classUser, "enduser": classUser, "end_user": classUser, "endUser": classUser, "langfuse.user": classUser,
	"gen_ai.user": classUser, "llm.user": classUser, "gen_ai.request.user": classUser, "openai.user": classUser,
	"tenant": classTenant, "customer": classCustomer,
}

// persons are last words of keys below which a map describes somebody.
var persons = map[string]bool{
	"user": true, "enduser": true, "customer": true, "tenant": true, "account": true,
	"session": true, "device": true, "organization": true, "org": true, "conversation": true,
}

func isPersonKey(key string) bool {
	return persons[strings.ToLower(key[strings.LastIndexAny(key, "._-:/")+1:])]
}

// runtimes are beginnings of keys about threads of a program, which are no conversations.
var runtimes = []string{"jvm.", "process.", "python.", "os.", "dotnet.", "ruby.", "nodejs.", "go.", "host."}

// longestEnding bounds what is compared of a key.
const longestEnding = 20

var endingClass = func() map[string]class {
	m := map[string]class{}
	for c, list := range endings {
		for _, e := range list {
			m[e] = c
		}
	}
	return m
}()

// builtinClass returns the class of an attribute by the end of its key.
func builtinClass(key string) class {
	if notIdentifiers[key] {
		return noClass
	}
	if c := plainKeys[key]; c != noClass {
		return c
	}
	for _, prefix := range runtimes {
		if strings.HasPrefix(key, prefix) {
			return noClass
		}
	}
	parts := strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune("._-/: ", r) })
	joined := ""
	for i := len(parts) - 1; i >= 0 && len(joined) < longestEnding; i-- {
		joined = strings.ToLower(parts[i]) + joined
		if c := endingClass[joined]; c != noClass {
			return c
		}
		if c := camelClass(joined); c != noClass {
			return c
		}
	}
	return noClass
}

// camelClass finds an ending inside one word: currentUserId.
func camelClass(word string) class {
	for _, e := range [...]string{
		"userid", "sessionid", "threadid", "tenantid", "customerid", "conversationid", "useremail", "username",
		"accountid", "deviceid", "organizationid",
	} {
		if strings.HasSuffix(word, e) {
			return endingClass[e]
		}
	}
	return noClass
}

// identities are the classes of attributes with what the configuration adds and keeps.
type identities struct {
	add  []addedClass
	keep []string
}

type addedClass struct {
	class class
	glob  string
}

func newIdentities(h *HashConfig) identities {
	ids := identities{keep: h.Keep}
	for c := classUser; c < classes; c++ {
		for _, glob := range h.Add[c.String()] {
			ids.add = append(ids.add, addedClass{c, glob})
		}
	}
	return ids
}

// of returns the class of the attribute called key, noClass when it is to stay readable.
func (ids *identities) of(key string) class {
	c := builtinClass(key)
	for _, a := range ids.add {
		if matches(a.glob, key) {
			c = a.class
			break
		}
	}
	for _, k := range ids.keep {
		if k == c.String() || matches(k, key) {
			return noClass
		}
	}
	return c
}

// matches compares with a glob, in which * stands for anything, dots included.
func matches(glob, key string) bool {
	ok, err := path.Match(strings.ReplaceAll(glob, "/", "\x00"), strings.ReplaceAll(key, "/", "\x00"))
	return err == nil && ok
}

// isMachineMade tells whether an id was drawn at random by a program, so that it says nothing about anybody: a UUID,
// a ULID, or at least 64 random bits behind a short prefix.
func isMachineMade(id string) bool {
	if k := strings.LastIndexAny(id, "_:"); k >= 0 && k <= maxIDPrefix && only(id[:k], isAlnum) {
		id = id[k+1:]
	}
	if len(id) == uuidLength && strings.Count(id, "-") == 4 {
		id = strings.ReplaceAll(id, "-", "")
		return len(id) == uuidLength-4 && only(id, isHex)
	}
	if k := strings.IndexByte(id, '-'); k > 0 && k <= maxIDPrefix && only(id[:k], isLetter) {
		id = id[k+1:]
	}
	return len(id) == ulidLength && only(id, isCrockford) && id[0] <= '7' || isRandom(id)
}

// isRandom tells 64 random bits in letters and digits from words and numbers.
func isRandom(id string) bool {
	if len(id) < leastRandom || !only(id, isAlnum) {
		return false
	}
	digits := 0
	for _, c := range []byte(id) {
		if isDigit(c) {
			digits++
		}
	}
	return digits >= 2 && len(id)-digits >= 2 && differentBytes(id) >= 8 &&
		(longestWord(id) <= 6 || 100*turns(id) >= leastTurns*(len(id)-1))
}

// leastTurns is how many of a hundred pairs of neighbours in a random id are of two kinds: small letters, capitals, digits.
// In names with numbers it is one in four, where all three are drawn three in five.
const leastTurns = 40

// turns counts the neighbours in id of which one is a small letter, a capital or a digit and the other is not.
func turns(id string) int {
	n := 0
	for i := 1; i < len(id); i++ {
		if id[i]>>5 != id[i-1]>>5 {
			n++
		}
	}
	return n
}

const (
	// maxIDPrefix is the longest kind that is written before an id: conversation_, thread_.
	maxIDPrefix = 16
	// leastRandom is how many hexadecimal digits hold 64 bits.
	leastRandom = 16
	ulidLength  = 26
	uuidLength  = 36
)

func only(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isCrockford(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U'
}
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }

func differentBytes(s string) int {
	var seen [256]bool
	n := 0
	for i := range len(s) {
		if !seen[s[i]] {
			seen[s[i]] = true
			n++
		}
	}
	return n
}

// longestWord returns the length of the longest stretch of letters.
func longestWord(s string) int {
	longest, n := 0, 0
	for i := range len(s) {
		if !isLetter(s[i]) {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}

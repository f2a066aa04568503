// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "sync"

// ID is the number of a detector in the catalogue.
type ID uint16

// Action is what becomes of a finding.
type Action uint8

// The actions. Default stands for the detector's own.
const (
	Mask Action = iota
	Hash
	Drop
	Off
)

// Groups of detectors.
const (
	GroupSecrets  = "secrets"
	GroupPersonal = "personal"
	GroupAddress  = "address"
	GroupMedia    = "media"
	GroupCustom   = "custom"
	GroupInternal = "internal"
)

// Detector is an entry of the catalogue.
type Detector struct {
	ID     string
	Group  string
	Action Action
	About  string // one line for the documentation
}

// Detectors that recognise a structure. Those that recognise a vendor's prefix follow them in the catalogue.
const (
	Unprocessable ID = iota
	Media
	Email
	Phone
	Card
	IBAN
	SSN
	NationalID
	BirthDate
	IPv4
	IPv6
	StreetAddress
	Geo
	PersonName
	PrivateKey
	JWT
	AuthHeader
	Cookie
	URLUserinfo
	URLSecret
	WebhookURL
	SecretValue
	ProsePassword
	CLIPassword
	PasswordHash
	Mnemonic
	PinCode
	BasicAuth
	AWSAccessKeyID
	AWSSecretKey
	GoogleAPIKey
	TelegramToken
	DiscordToken
	AzureADSecret
	AzureKey
	MailchimpKey
	LicenseKey
	SalesforceToken
	OpenShiftToken
	DottedKey
	NumberedKey
	GrafanaKey
	MailgunKey
	RapidAPIKey
	NgrokToken
	PairedKey
	MetaAppToken
	WalletKey
	AdyenKey
	OktaToken
	GoogleRefresh
	RecoveryCode
	BIC
	AtlassianServerToken
	DropboxLongToken
	Identifier
	PrefixedToken
	structural // how many there are
)

var structures = [structural]Detector{
	Unprocessable: {"unprocessable", GroupInternal, Mask, "a value that could not be processed"},
	Identifier:    {"identifier", GroupInternal, Hash, "ids under their keys in JSON (see `hash`)"},
	Media:         {"media", GroupMedia, Off, "data URIs and long base64 blobs (see `media`)"},
	Email:         {"email", GroupPersonal, Mask, "e-mail addresses"},
	Phone: {"phone", GroupPersonal, Mask, "phone numbers: +E.164, separated national forms, or after a word " +
		"like tel"},
	Card: {"card", GroupPersonal, Mask, "payment cards: issuer range, length and Luhn"},
	IBAN: {"iban", GroupPersonal, Mask, "bank accounts: country length and mod 97"},
	SSN:  {"ssn", GroupPersonal, Mask, "US social security numbers in the 3-2-4 form"},
	IPv4: {"ipv4", GroupPersonal, Mask, "public IPv4 addresses; private, loopback and documentation ranges " +
		"stay"},
	IPv6: {"ipv6", GroupPersonal, Mask, "public IPv6 addresses"},
	NationalID: {"national_id", GroupPersonal, Mask, "numbers of passports, of taxes and of health, " +
		"behind a word that says so"},
	BirthDate:            {"birth_date", GroupPersonal, Mask, "dates behind a word like born or dob"},
	StreetAddress:        {"street_address", GroupAddress, Off, "street addresses: house numbers with a name, flats, boxes"},
	Geo:                  {"geo", GroupAddress, Off, "places on earth: pairs of coordinates, and single ones behind lat or lon"},
	PersonName:           {"person_name", GroupPersonal, Mask, "names of persons under a key that says so: first_name, surname"},
	PrivateKey:           {"private_key", GroupSecrets, Mask, "PEM, OpenSSH, PGP and PuTTY private keys, cut off ones too"},
	JWT:                  {"jwt", GroupSecrets, Mask, "JSON web tokens whose header decodes"},
	AuthHeader:           {"auth_header", GroupSecrets, Mask, "credentials of an Authorization header; the scheme stays"},
	Cookie:               {"cookie", GroupSecrets, Mask, "values of Cookie and Set-Cookie; names and attributes stay"},
	URLUserinfo:          {"url_userinfo", GroupSecrets, Mask, "user and password in a URL"},
	URLSecret:            {"url_secret", GroupSecrets, Mask, "tokens and signatures in a URL's query or fragment"},
	WebhookURL:           {"webhook_url", GroupSecrets, Mask, "URLs whose path is the secret, such as incoming webhooks"},
	SecretValue:          {"secret_value", GroupSecrets, Mask, "what stands under a key like password, api_key or credentials"},
	ProsePassword:        {"prose_password", GroupSecrets, Mask, "\"my password is …\""},
	CLIPassword:          {"cli_password", GroupSecrets, Mask, "passwords on command lines: curl -u, mysql -p, --token …"},
	PasswordHash:         {"password_hash", GroupSecrets, Mask, "bcrypt, argon2, crypt and LDAP password hashes"},
	Mnemonic:             {"mnemonic", GroupSecrets, Mask, "seed phrases of wallets"},
	PinCode:              {"pin_code", GroupSecrets, Mask, "PIN, CVV and one-time codes under their key"},
	BasicAuth:            {"basic_auth", GroupSecrets, Mask, "base64 of user:password"},
	AWSAccessKeyID:       {"aws_access_key_id", GroupSecrets, Mask, "AWS access key ids"},
	AWSSecretKey:         {"aws_secret_key", GroupSecrets, Mask, "AWS secret keys near an access key id"},
	GoogleAPIKey:         {"google_api_key", GroupSecrets, Mask, "Google and Gemini API keys"},
	TelegramToken:        {"telegram_token", GroupSecrets, Mask, "Telegram bot tokens"},
	DiscordToken:         {"discord_token", GroupSecrets, Mask, "Discord bot tokens"},
	AzureADSecret:        {"azure_ad_secret", GroupSecrets, Mask, "Microsoft Entra client secrets"},
	AzureKey:             {"azure_key", GroupSecrets, Mask, "keys of Azure DevOps and of Azure's cognitive services"},
	MailchimpKey:         {"mailchimp_key", GroupSecrets, Mask, "Mailchimp"},
	LicenseKey:           {"license_key", GroupSecrets, Mask, "licence keys of New Relic and MaxMind"},
	SalesforceToken:      {"salesforce_token", GroupSecrets, Mask, "Salesforce"},
	OpenShiftToken:       {"openshift_token", GroupSecrets, Mask, "OpenShift"},
	DottedKey:            {"dotted_key", GroupSecrets, Mask, "an id and a secret joined by a dot (Zhipu, Zoho)"},
	NumberedKey:          {"numbered_key", GroupSecrets, Mask, "a number and 64 random characters (TrueNAS)"},
	MailgunKey:           {"mailgun_triple_key", GroupSecrets, Mask, "Mailgun, newer keys of three parts"},
	RapidAPIKey:          {"rapidapi_key", GroupSecrets, Mask, "RapidAPI"},
	NgrokToken:           {"ngrok_token", GroupSecrets, Mask, "ngrok"},
	PairedKey:            {"paired_key", GroupSecrets, Mask, "an id and 32 hexadecimal digits joined by a colon (fal, Asana)"},
	MetaAppToken:         {"meta_app_token", GroupSecrets, Mask, "Meta, tokens of apps"},
	WalletKey:            {"wallet_import_key", GroupSecrets, Mask, "private keys in the form that wallets import, by checksum"},
	AdyenKey:             {"adyen_key", GroupSecrets, Mask, "Adyen"},
	OktaToken:            {"okta_token", GroupSecrets, Mask, "Okta, behind the scheme SSWS"},
	GoogleRefresh:        {"google_refresh_token", GroupSecrets, Mask, "Google OAuth refresh tokens"},
	RecoveryCode:         {"recovery_code", GroupSecrets, Mask, "codes by which an account is recovered, behind a key that says so"},
	BIC:                  {"bic", GroupPersonal, Mask, "codes of banks (ISO 9362) under a key that says so"},
	AtlassianServerToken: {"atlassian_server_token", GroupSecrets, Mask, "tokens of Jira's and Confluence's own servers"},
	DropboxLongToken:     {"dropbox_long_token", GroupSecrets, Mask, "Dropbox, older tokens"},
	PrefixedToken:        {"prefixed_token", GroupSecrets, Mask, "long random characters behind the prefix of any vendor"},
	GrafanaKey:           {"grafana_key", GroupSecrets, Mask, "API keys of older Grafana versions"},
}

// Catalog lists every built-in detector. The order is fixed, and an ID is an index into it.
var Catalog = sync.OnceValue(func() []Detector {
	list := append([]Detector(nil), structures[:]...)
	for _, v := range vendorNames() {
		list = append(list, Detector{ID: v.id, Group: GroupSecrets, Action: Mask, About: v.about})
	}
	return list
})

// byName finds a detector's number by its id.
var byName = sync.OnceValue(func() map[string]ID {
	m := make(map[string]ID, len(Catalog()))
	for i, d := range Catalog() {
		m[d.ID] = ID(i)
	}
	return m
})

// Lookup returns the number of the built-in detector called id.
func Lookup(id string) (ID, bool) {
	n, ok := byName()[id]
	return n, ok
}

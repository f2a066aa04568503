// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "slices"

// vendor describes tokens that begin with a fixed prefix. A token is the prefix and the longest run of the alphabet
// behind it. The shortest accepted run is well below what the vendor issues, since telemetry cuts values off.
type vendor struct {
	id, about string
	prefixes  []string
	chars     uint8 // alphabet of what follows the prefix
	least     int   // shortest run that is taken for a token
	full      int   // length of a complete run, 0 where it varies
	glued     bool  // recognised even behind a letter or digit, when the run is complete
	random    bool  // the run must look random, as the prefix is also found in ordinary words
}

// vendors, most specific prefix first among those that share a start. Prefixes and lengths are facts of the vendors'
// own.
var vendors = slices.Concat(agentVendors, serviceVendors, commonVendors)

var commonVendors = []vendor{
	{
		"anthropic_key", "Anthropic keys and OAuth tokens",
		[]string{"sk-ant-api03-", "sk-ant-admin01-", "sk-ant-oat01-", "sk-ant-ort01-", "sk-ant-sid", "sk-ant-"},
		aURL, 8,
		95, false, false,
	},
	{"openrouter_key", "OpenRouter", []string{"sk-or-v1-", "sk-or-"}, aAlnum, 12, 64, false, false},
	{"langfuse_key", "Langfuse", []string{"sk-lf-", "pk-lf-"}, aURL, 12, 36, false, false},
	{
		"openai_key", "OpenAI",
		[]string{"sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"},
		aURL, 12, 0, false, false,
	},
	{
		"sk_key", "keys of the form sk-… (OpenAI legacy, DeepSeek, Moonshot and others)",
		[]string{"sk-"},
		aURL, 20, 0,
		false, true,
	},
	{
		"langsmith_key", "LangSmith",
		[]string{"lsv2_pt_", "lsv2_sk_", "lsv2_", "ls__"},
		aAlnum | aURLSafe, 16, 0, true,
		false,
	},
	{"groq_key", "Groq", []string{"gsk_"}, aAlnum, 14, 52, true, false},
	{"xai_key", "xAI", []string{"xai-"}, aAlnum, 24, 80, false, true},
	{"perplexity_key", "Perplexity", []string{"pplx-"}, aAlnum, 16, 48, false, true},
	{"huggingface_token", "Hugging Face", []string{"hf_", "api_org_"}, aAlnum, 12, 34, false, false},
	{"replicate_token", "Replicate", []string{"r8_"}, aAlnum, 16, 37, false, true},
	{"cerebras_key", "Cerebras", []string{"csk-"}, aAlnum, 20, 48, false, true},
	{"nvidia_key", "NVIDIA", []string{"nvapi-"}, aURL, 16, 0, false, false},
	{"together_key", "Together", []string{"tgp_v1_"}, aURL, 14, 43, true, false},
	{"fireworks_key", "Fireworks", []string{"fw_"}, aAlnum, 22, 24, false, true},
	{"pinecone_key", "Pinecone", []string{"pcsk_"}, aURL, 16, 0, true, false},
	{"wandb_key", "Weights & Biases", []string{"wandb_v1_"}, aURL, 16, 77, true, false},
	{"elevenlabs_key", "ElevenLabs", []string{"sk_"}, aHex, 40, 48, false, true},
	{"sk_us_key", "keys of the form sk_… (Checkout.com, Novita and others)", []string{"sk_"}, aAlnum, 24, 0, false, true},
	{"vercel_token", "Vercel", []string{"vck_", "vcp_", "vci_", "vca_", "vcr_"}, aAlnum, 24, 56, false, true},
	{"tavily_key", "Tavily", []string{"tvly-"}, aURL, 16, 0, false, false},
	{"firecrawl_key", "Firecrawl", []string{"fc-"}, aHex, 32, 32, false, true},
	{"e2b_key", "E2B", []string{"e2b_"}, aHex, 16, 40, false, true},
	{"bedrock_key", "Amazon Bedrock", []string{"bedrock-api-key-"}, aStd64, 32, 0, false, false},
	{
		"google_oauth", "Google OAuth tokens and client secrets",
		[]string{"ya29.", "GOCSPX-"},
		aURL, 16, 0, false, false,
	},
	{"github_token", "GitHub", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, aAlnum, 16, 36, true, false},
	{"github_pat", "GitHub fine-grained tokens", []string{"github_pat_"}, aAlnum | aURLSafe, 14, 82, true, false},
	{"gitlab_token", "GitLab", []string{
		"glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-",
		"gloas-", "glsoat-",
		"glffct-", "glwt-",
	}, aURLDot, 10, 0, false, false},
	{"npm_token", "npm", []string{"npm_"}, aAlnum, 12, 36, true, true},
	{"pypi_token", "PyPI", []string{"pypi-AgE"}, aURL, 16, 0, false, false},
	{"rubygems_key", "RubyGems", []string{"rubygems_"}, aHex, 16, 48, true, false},
	{
		"docker_token", "Docker",
		[]string{"dckr_pat_", "dckr_oat_", "SWMTKN-1-", "SWMKEY-1-"},
		aURL, 16, 0, false, false,
	},
	{"slack_token", "Slack", []string{
		"xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxo-", "xoxc-", "xoxd-",
		"xoxe.xoxp-",
		"xoxe.xoxb-", "xapp-", "xwfp-",
	}, aURL | aDot, 16, 0, false, true},
	{
		"stripe_key", "Stripe",
		[]string{"sk_live_", "sk_test_", "rk_live_", "rk_test_", "rk_prod_", "sk_prod_"},
		aAlnum, 10, 0, false,
		false,
	},
	{"square_token", "Square", []string{"sq0atp-", "sq0csp-", "sq0i" + "ap-"}, aURL, 16, 0, false, false},
	{"shopify_token", "Shopify", []string{"shpat_", "shpca_", "shppa_", "shpss_"}, aAlnum, 12, 32, false, true},
	{
		"plaid_token", "Plaid",
		[]string{"access-sandbox-", "access-production-", "access-development-"},
		aURL, 24, 36,
		false, true,
	},
	{
		"braintree_token", "Braintree and PayPal",
		[]string{"access_token$production$", "access_token$sandbox$"},
		aAlnum | aURLSafe, 10, 0, false, false,
	},
	{"sendgrid_key", "SendGrid", []string{"SG."}, aURLDot, 24, 66, false, true},
	{"mailgun_key", "Mailgun", []string{"key-"}, aHex, 32, 32, false, true},
	{"sendinblue_key", "Brevo", []string{"xkeysib-", "xsmtpsib-"}, aURL, 16, 0, false, false},
	{"grafana_token", "Grafana", []string{"glsa_", "glc_"}, aStd64 | aURLSafe, 16, 41, false, true},
	{"sentry_token", "Sentry", []string{"sntrys_", "sntryu_"}, aAny64, 24, 0, false, false},
	{
		"newrelic_key", "New Relic",
		[]string{"NRAK-", "NRJS-", "NRIQ-", "NRII-", "NRAA-", "NRRA-", "NRAL-", "NRBR-"},
		aURL, 16, 0, false, false,
	},
	{
		"honeycomb_key", "Honeycomb",
		[]string{"hcaik_", "hcbik_", "hccik_", "hcxik_", "hcalk_", "hcamk_"},
		aAlnum, 24,
		0, false, false,
	},
	{"dynatrace_token", "Dynatrace", []string{
		"dt0c01.", "dt0s01.", "dt0s02.", "dt0s03.", "dt0s04.", "dt0s06.", "dt0s08.", "dt0s09.", "dt0s16.", "dt0a01.",
	}, aURLDot, 24, 0, false, false},
	{"digitalocean_token", "DigitalOcean", []string{"dop_v1_", "doo_v1_", "dor_v1_"}, aHex, 16, 64, true, false},
	{"heroku_key", "Heroku", []string{"HRKU-"}, aURL, 24, 0, false, false},
	{"fly_token", "Fly.io", []string{"fo1_", "fm1_", "fm2_", "fm1r_", "fm1a_"}, aAny64, 24, 0, false, true},
	{"render_netlify_token", "Render and Netlify", []string{"rnd_", "nfp_"}, aAlnum, 16, 0, false, true},
	{"cloudflare_ca_key", "Cloudflare origin CA", []string{"v1.0-"}, aURL, 64, 0, false, true},
	{"akamai_token", "Akamai", []string{"akab-"}, aURL, 16, 0, false, false},
	{"vault_token", "HashiCorp Vault", []string{"hvs.", "hvb.", "hvr."}, aURL, 20, 0, false, false},
	{
		"planetscale_token", "PlanetScale",
		[]string{"pscale_tkn_", "pscale_oauth_", "pscale_pw_"},
		aURLDot, 16, 0,
		false, false,
	},
	{"supabase_key", "Supabase", []string{"sbp_", "sb_secret_"}, aAlnum | aURLSafe, 14, 0, false, true},
	{"neon_key", "Neon", []string{"napi_"}, aAlnum, 32, 0, false, true},
	{"linear_key", "Linear", []string{"lin_api_", "lin_oauth_"}, aAlnum, 14, 40, true, false},
	{"notion_token", "Notion", []string{"ntn_", "secret_"}, aAlnum, 36, 43, false, true},
	{"figma_token", "Figma", []string{"figd_", "figdr_"}, aURL, 14, 40, false, false},
	{"postman_key", "Postman", []string{"PMAK-"}, aURL, 16, 59, false, false},
	{"clickup_key", "ClickUp", []string{"pk_"}, aAlnum | aURLSafe, 32, 0, false, true},
	{"tailscale_key", "Tailscale", []string{"tskey-"}, aURL, 16, 0, false, false},
	{
		"doppler_token", "Doppler",
		[]string{"dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."},
		aURLDot,
		24, 0, false, true,
	},
	{"pulumi_token", "Pulumi", []string{"pul-"}, aHex, 32, 40, false, true},
	{"onepassword_token", "1Password", []string{"ops_eyJ"}, aAny64, 24, 0, false, false},
	{"age_key", "age", []string{"AGE-SECRET-KEY-1"}, aAlnum, 32, 58, true, false},
	{"adafruit_key", "Adafruit IO", []string{"aio_"}, aAlnum, 20, 28, false, true},
	{"readme_key", "ReadMe", []string{"rdme_"}, aAlnum, 32, 70, false, true},
	{"typeform_token", "Typeform", []string{"tfp_"}, aURL, 16, 0, false, true},
	{"ionic_token", "Ionic", []string{"ion_"}, aAlnum, 40, 42, false, true},
	{"amazon_mws", "Amazon MWS", []string{"amzn.mws."}, aURL, 32, 36, false, false},
	{"duffel_token", "Duffel", []string{"duffel_live_", "duffel_test_"}, aURL, 24, 43, false, false},
	{"prefect_key", "Prefect", []string{"pnu_", "pnb_"}, aAlnum, 30, 36, false, true},
	{"buildkite_token", "Buildkite", []string{"bkua_"}, aAlnum, 32, 40, false, true},
	{"dropbox_token", "Dropbox", []string{"sl.u.", "sl."}, aURL, 60, 0, false, true},
	{"contentful_token", "Contentful", []string{"CFPAT-"}, aURL, 24, 43, false, false},
	{
		"sourcegraph_token", "Sourcegraph",
		[]string{"sgp_local_", "sgp_", "slk_", "sgamp_user_"},
		aURL, 36, 0, false, true,
	},
	{"frameio_token", "Frame.io", []string{"fio-u-"}, aURL, 32, 64, false, false},
	{"rapidapi_easypost_key", "EasyPost", []string{"EZAK", "EZTK"}, aAlnum, 54, 54, false, true},
	{"razorpay_key", "Razorpay", []string{"rzp_live_", "rzp_test_"}, aAlnum, 14, 14, false, true},
	{"mapbox_token", "Mapbox", []string{"sk.eyJ", "pk.eyJ", "tk.eyJ"}, aURLDot, 24, 0, false, false},
	{"nuget_key", "NuGet", []string{"oy2"}, aAlnum, 43, 43, false, true},
	{"shippo_token", "Shippo", []string{"shippo_live_", "shippo_test_"}, aHex, 32, 40, false, false},
	{
		"flutterwave_key", "Flutterwave",
		[]string{"FLWSECK_TEST-", "FLWSECK-", "FLWPUBK_TEST-"},
		aURL, 12, 0, false, false,
	},
	{"databricks_token", "Databricks", []string{"dapi"}, aHex, 16, 32, false, true},
	{"twilio_key", "Twilio", []string{"SK"}, aHex, 32, 32, false, true},
	{"bedrock_long_key", "Amazon Bedrock, long-lived", []string{"ABSK"}, aStd64, 40, 0, false, true},
	{"atlassian_token", "Atlassian", []string{"ATATT3", "ATCTT3", "ATBB"}, aURL, 24, 0, false, true},
	{"facebook_token", "Meta", []string{"EAAC", "EAAB", "EAAG", "IGQV", "IGAA", "THAA"}, aAlnum, 60, 0, false, true},
	{"square_legacy_token", "Square, production", []string{"EAAA"}, aURL, 58, 60, false, true},
	{"alibaba_key", "Alibaba Cloud", []string{"LTAI"}, aAlnum, 12, 20, false, true},
	{"gitlab_runner_token", "GitLab runner registration", []string{"GR1348941"}, aURL, 16, 20, false, false},
	{
		"onepassword_key", "1Password secret keys",
		[]string{"A3-"},
		aCapitals | aDigit | aURLSafe, 28, 0, false, true,
	},
	{"apify_token", "Apify", []string{"apify_api_"}, aAlnum, 24, 36, false, false},
	{"branch_key", "Branch", []string{"key_live_", "key_test_"}, aAlnum, 24, 32, false, true},
	{"circleci_token", "CircleCI", []string{"CCIPAT_", "CCIPRJ_"}, aURL, 30, 0, false, true},
	{"clojars_token", "Clojars", []string{"CLOJARS_"}, aAlnum, 40, 60, false, true},
	{"coderabbit_key", "CodeRabbit", []string{"cr-"}, aHex, 58, 58, false, true},
	{"coze_token", "Coze", []string{"pat_"}, aAlnum, 60, 64, false, true},
	{
		"hex_key", "keys of the form key_ and hexadecimal (Cursor, Retell, Runway)",
		[]string{"key_"},
		aHex, 28, 0, false, true,
	},
	{"defined_networking_key", "Defined Networking", []string{"dnkey-"}, aURL, 24, 0, false, true},
	{"clickhouse_key", "ClickHouse Cloud", []string{"4b1d"}, aAlnum, 38, 38, false, true},
	{"endor_key", "Endor Labs", []string{"endr+"}, aAlnum, 12, 0, false, true},
	{"fleetbase_key", "Fleetbase", []string{"flb_live_", "flb_test_"}, aAlnum, 16, 20, false, true},
	{"friendli_token", "Friendli", []string{"flp_"}, aAlnum, 40, 46, false, true},
	{
		"hubspot_token", "HubSpot",
		[]string{"pat-na1-", "pat-na2-", "pat-na3-", "pat-eu1-"},
		aHex | aURLSafe, 30, 36, false, true,
	},
	{"infracost_key", "Infracost", []string{"ico-"}, aAlnum, 28, 32, false, true},
	{"jina_key", "Jina", []string{"jina_"}, aAlnum | aURLSafe, 40, 60, false, true},
	{
		"lob_scale_key", "Lob and Scale",
		[]string{"live_pub_", "test_pub_", "live_auth_", "test_auth_", "live_", "test_"},
		aHex, 31, 0, false, true,
	},
	{"twitch_stream_key", "Twitch", []string{"live_"}, aAlnum | aURLSafe, 36, 0, false, true},
	{"mergify_key", "Mergify", []string{"mergify_application_key_"}, aURL, 40, 0, false, true},
	{"mongodb_service_key", "MongoDB Atlas service accounts", []string{"mdb_sa_sk_"}, aURL, 30, 40, false, true},
	{"posthog_key", "PostHog", []string{"phx_", "phc_", "phs_", "phr_", "pha_"}, aAlnum, 40, 0, false, true},
	{"pubnub_key", "PubNub", []string{"sec-c-", "pub-c-", "sub-c-"}, aURL, 30, 0, false, true},
	{"riot_key", "Riot Games", []string{"RGAPI-"}, aURL, 30, 36, false, true},
	{"dependency_track_key", "Dependency-Track", []string{"odt_"}, aAlnum, 32, 0, false, true},
	{"zuplo_key", "Zuplo", []string{"zpka_"}, aAlnum | aURLSafe, 32, 0, false, true},
	{"voyage_key", "Voyage", []string{"pa-"}, aURL, 43, 43, false, true},
	{"scalingo_token", "Scalingo", []string{"tk-us-"}, aURL, 40, 48, false, true},
	{"settlemint_token", "SettleMint", []string{"sm_aat_", "sm_pat_", "sm_sat_"}, aAlnum, 16, 16, false, true},
	{"terraform_token", "Terraform Cloud", []string{"atlasv1."}, aURL, 30, 0, false, true},
	{"airtable_token", "Airtable", []string{"pat"}, aAlnum | aDot, 60, 79, false, true},
	{"harness_token", "Harness", []string{"pat.", "sat."}, aURLDot, 60, 0, false, true},
	{"authress_key", "Authress", []string{"sc_", "ext_", "scauth_", "authress_"}, aURLDot, 60, 0, false, true},
	{"intra42_secret", "42 intra", []string{"s-s4t2ud-", "s-s4t2af-"}, aHex, 60, 64, false, true},
	{"yandex_key", "Yandex", []string{"AQVN", "t1."}, aURLDot, 35, 0, false, true},
	{"firebase_key", "Firebase Cloud Messaging", []string{"APA91b"}, aURL, 100, 0, false, true},
	{"artifactory_key", "JFrog Artifactory", []string{"AKCp", "cmVmdGtu"}, aAlnum, 50, 0, false, true},
	{"resend_key", "Resend", []string{"re_"}, aAlnum | aURLSafe, 30, 0, false, true},
	{"runpod_key", "RunPod", []string{"rpa_"}, aAlnum, 36, 0, false, true},
	{"sonar_token", "SonarQube", []string{"squ_", "sqp_", "sqa_"}, aHex, 40, 40, false, true},
	{"mailersend_key", "MailerSend", []string{"mlsn."}, aHex, 64, 64, false, true},
	{"amazon_oauth_secret", "Login with Amazon", []string{"amzn1.oa2-cs.v1."}, aHex, 32, 64, false, true},
	{"wakatime_key", "WakaTime", []string{"waka_"}, aURL, 32, 36, false, true},
	{"anyscale_key", "Anyscale", []string{"esecret_"}, aAlnum, 20, 0, false, true},
	{"bitbucket_dc_token", "Bitbucket Data Center", []string{"BBDC-"}, aStd64, 36, 44, false, true},
	{"launchdarkly_key", "LaunchDarkly", []string{"api-", "sdk-", "mob-"}, aHex | aURLSafe, 36, 36, false, true},
	{
		"aws_session_token", "AWS session tokens",
		[]string{"FwoGZXIvYXdz", "IQoJb3JpZ2lu"},
		aStd64, 80, 0, false, true,
	},
	{"facebook_long_token", "Meta, other long-lived tokens", []string{"EAA"}, aAlnum, 90, 0, false, true},
	{"crates_token", "crates.io", []string{"cio"}, aAlnum, 32, 32, false, true},
}

type vendorName struct{ id, about string }

func vendorNames() []vendorName {
	names := make([]vendorName, len(vendors))
	for i, v := range vendors {
		names[i] = vendorName{v.id, v.about}
	}
	return names
}

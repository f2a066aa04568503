// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// agentVendors are services that agents are built of: models, memory, search, browsers, sandboxes, tracing.
var agentVendors = []vendor{
	{"openai_session", "OpenAI sessions", []string{"sess-"}, aAlnum, 32, 40, false, true},
	{"arcade_key", "Arcade", []string{"arc_"}, aAlnum, 32, 0, false, true},
	{"arize_key", "Arize", []string{"ak-"}, aURL, 60, 0, false, true},
	{"axiom_token", "Axiom", []string{"xaat-", "xapt-"}, aURL, 30, 36, false, true},
	{"browserbase_key", "Browserbase", []string{"bb_live_", "bb_test_"}, aURL, 16, 27, false, true},
	{"cartesia_key", "Cartesia", []string{"sk_car_"}, aAlnum | aURLSafe, 16, 0, false, true},
	{"chroma_key", "Chroma", []string{"ck-"}, aAlnum, 40, 44, false, true},
	{"chutes_key", "Chutes", []string{"cpk_"}, aAlnum | aDot, 40, 0, false, true},
	{"comet_key", "Opik and Comet", []string{"opik_"}, aAlnum, 24, 0, false, true},
	{"composio_key", "Composio", []string{"ak_"}, aURL, 20, 20, false, true},
	{"daytona_key", "Daytona", []string{"dtn_"}, aAlnum, 40, 64, false, true},
	{"deno_token", "Deno", []string{"ddp_", "ddo_", "ddw_"}, aAlnum, 28, 36, false, true},
	{"dify_key", "Dify", []string{"app-"}, aAlnum, 24, 24, false, true},
	{"featherless_key", "Featherless", []string{"rc_"}, aHex, 60, 64, false, true},
	{"helicone_key", "Helicone", []string{"sk-helicone-", "pk-helicone-"}, aURL, 20, 0, false, false},
	{"hyperbrowser_key", "Hyperbrowser", []string{"hb_"}, aHex, 28, 0, false, true},
	{"hyperspell_key", "Hyperspell", []string{"hs2-"}, aAlnum, 28, 0, false, true},
	{"inngest_key", "Inngest", []string{"signkey-prod-", "signkey-test-", "signkey-branch-"}, aHex, 32, 0, false, true},
	{"llamacloud_key", "LlamaCloud", []string{"llx-"}, aURL, 32, 48, false, true},
	{"logfire_token", "Logfire", []string{"pylf_v1_us_", "pylf_v1_eu_", "pylf_v1_"}, aAlnum, 32, 43, false, true},
	{"luma_key", "Luma", []string{"luma-"}, aURL, 36, 0, false, true},
	{"mem0_key", "Mem0", []string{"m0-"}, aAlnum, 32, 40, false, true},
	{"modal_token", "Modal", []string{"as-", "ak-"}, aAlnum, 22, 22, false, true},
	{"nomic_key", "Nomic", []string{"nk-"}, aURL, 36, 43, false, true},
	{"parea_key", "Parea", []string{"pai-"}, aURL, 32, 0, false, true},
	{"portkey_key", "Portkey", []string{"pk-"}, aAlnum | aBase64, 26, 28, false, true},
	{"promptlayer_key", "PromptLayer", []string{"pl_"}, aHex, 28, 32, false, true},
	{"scrapegraph_key", "ScrapeGraphAI", []string{"sgai-"}, aURL, 32, 36, false, true},
	{"steel_key", "Steel", []string{"ste-"}, aAlnum, 40, 0, false, true},
	{"supermemory_key", "Supermemory", []string{"sm_"}, aURL, 50, 0, false, true},
	{"trigger_key", "Trigger.dev", []string{"tr_dev_", "tr_prod_", "tr_stg_", "tr_pat_"}, aAlnum, 20, 0, false, true},
	{"turbopuffer_key", "Turbopuffer", []string{"tpuf_"}, aAlnum, 24, 0, false, true},
	{"unkey_key", "Unkey", []string{"unkey_"}, aAlnum, 20, 0, false, true},
	{"valtown_token", "Val Town", []string{"vtwn_"}, aAlnum, 24, 0, false, true},
	{"vectara_key", "Vectara", []string{"zut_", "zwt_", "zqt_"}, aURL, 28, 0, false, true},
	{"zep_key", "Zep", []string{"z_"}, aURLDot, 100, 0, false, true},
}

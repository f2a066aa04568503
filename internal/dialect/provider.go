// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

// providerSlug translates what libraries call a provider into the names of LangSmith's price table. What is no
// provider but a framework becomes nothing, so that the model's name can decide.
// See https://docs.langchain.com/langsmith/ls-metadata-parameters
func providerSlug(provider string) string {
	p := strings.ToLower(strings.TrimSpace(provider))
	if isBlank(p) {
		return ""
	}
	if slug, ok := providers[p]; ok {
		return slug
	}
	// The AI SDK appends the kind of its API: openai.chat, anthropic.messages, google.generative-ai.
	if head, _, found := strings.Cut(p, "."); found {
		if slug, ok := providers[head]; ok {
			return slug
		}
		return head
	}
	return p
}

var providers = map[string]string{
	"openai": "openai", "openai_chat": "openai", "api.openai.com": "openai",
	"anthropic": "anthropic",
	"azure":     "azure", "az.ai.openai": "azure", "azure.ai.openai": "azure", "az.ai.inference": "azure",
	"azure-openai":       "azure",
	"azure.ai.inference": "azure", "az.ai.agents": "azure", "azure.ai.agents": "azure", "microsoft.foundry": "azure",
	"azure_ai": "azure", "azureopenai": "azure", "azure_openai": "azure", "azure_ai_openai": "azure",
	"aws.bedrock": "bedrock", "aws_bedrock": "bedrock", "bedrock": "bedrock", "amazon-bedrock": "bedrock",
	"amazon_bedrock":   "bedrock",
	"bedrock_converse": "bedrock", "aws": "bedrock",
	"gcp.vertex_ai": "google_vertexai", "vertex_ai": "google_vertexai", "vertexai": "google_vertexai",
	"google.vertex":      "google_vertexai",
	"google.vertex.chat": "google_vertexai", "google_vertexai": "google_vertexai", "vertex": "google_vertexai",
	"gcp.gemini": "google_genai", "gcp.gen_ai": "google_genai", "gemini": "google_genai", "google": "google_genai",
	"google_genai": "google_genai", "google-genai": "google_genai", "googleai": "google_genai",
	"google_generative_ai": "google_genai",
	"google-gla":           "google_genai", "google-vertex": "google_vertexai", // Pydantic AI
	"mistral_ai": "mistral", "mistralai": "mistral", "mistral": "mistral",
	"x_ai": "xai", "xai": "xai", "moonshot_ai": "moonshot", "ibm.watsonx.ai": "ibm.watsonx.ai",
	"fireworks_ai": "fireworks",
	"together_ai":  "together", "togetherai": "together",

	// Frameworks, gateways without a price list, and words for "unknown".
	"langchain": "", "strands-agents": "", "gcp.vertex.agent": "", "microsoft.agent_framework": "", "crewai": "",
	"llamaindex": "",
	"gateway":    "", "unknown": "", "none": "", "_other": "", "litellm": "", "openrouter": "", "custom": "", "vllm": "",
	"livekit": "", "genkit": "", "mastra": "",
}

// isBedrockModel knows Bedrock's names: the maker's, behind the region's if there is one.
func isBedrockModel(model string) bool {
	for _, region := range [...]string{"us.", "eu.", "apac.", "jp.", "au.", "us-gov.", "global."} {
		if rest, ok := strings.CutPrefix(model, region); ok {
			model = rest
			break
		}
	}
	maker, _, found := strings.Cut(model, ".")
	if !found {
		return false
	}
	switch maker {
	case "anthropic", "amazon", "meta", "cohere", "mistral", "ai21", "deepseek", "stability", "writer", "qwen":
		return true
	}
	return false
}

// providerOfModel guesses from the name of a model when nothing else tells.
func providerOfModel(model string) string {
	m := strings.ToLower(model)
	if i := strings.LastIndexByte(m, '/'); i >= 0 { // google/gemini-2.5-flash, models/gemini-2.5-flash
		m = m[i+1:]
	}
	if isBedrockModel(m) {
		return "bedrock"
	}
	for _, known := range [...]struct{ prefix, provider string }{
		{"gpt-", "openai"},
		{"chatgpt", "openai"},
		{"o1", "openai"},
		{"o3", "openai"},
		{"o4", "openai"},
		{"text-embedding-", "openai"},
		{"dall-e", "openai"},
		{"claude", "anthropic"},
		{"gemini", "google_genai"},
		{"mistral", "mistral"},
		{"grok", "xai"},
		{"deepseek", "deepseek"},
		{"command-", "cohere"},
		{"pixtral", "mistral"},
		{"codestral", "mistral"},
		{"ministral", "mistral"},
	} {
		if strings.HasPrefix(m, known.prefix) {
			return known.provider
		}
	}
	return ""
}

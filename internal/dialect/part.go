// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

// readPart recognises one piece of content in the vocabularies of OpenTelemetry, OpenAI, Anthropic, Gemini, Bedrock,
// the AI SDK and Genkit. What none of them knows is kept as it is.
func readPart(raw string) part {
	switch kind := typeOfPart(raw); kind {
	case "text", "input_text", "output_text", "textBlock":
		return readText(raw)
	case "reasoning", "thinking", "reasoning_text", "summary_text", "reasoningBlock":
		return readReasoning(raw)
	case "tool_call", "tool-call", "tool_use", "function_call", "toolCall", "function",
		"toolUse", "toolUseBlock", "toolRequest":
		return readCall(raw)
	case "tool_call_response", "tool-result", "tool_result", "function_call_output", "tool_response",
		"toolResult", "toolResultBlock", "toolResponse":
		return readResult(raw)
	case "image-url", "audio-url", "video-url", "document-url", "binary", "audio_url", "video_url", "file_url":
		return readMedia(raw, strings.TrimSuffix(strings.TrimSuffix(kind, "-url"), "_url"))
	case "server_tool_call", "server_tool_use":
		return readServerCall(raw)
	case "server_tool_call_response":
		return readServerResult(raw)
	case "blob", "uri", "file", "image", "image_url", "input_image", "audio", "video", "input_audio", "input_file",
		"media":
		return readMedia(raw, kind)
	case "":
		return readUntyped(raw)
	}
	if countMembers(raw) == 1 { // a type, and nothing of it: the AI SDK has no words for parts of its providers' own
		return part{}
	}
	return part{kind: blockPart, text: raw}
}

// readText keeps what a text was taken from beside it.
func readText(raw string) part {
	text, sources := member(raw, "text", "content"), member(raw, "citations", "annotations")
	if !isString(text) || length(sources) == 0 {
		return textOr(raw, textPart, text)
	}
	b := append([]byte(`{"type":"text","text":`), text...)
	b = append(append(b, `,"annotations":`...), sources...)
	return part{kind: blockPart, text: string(append(b, '}'))}
}

// typeOfPart returns the type of a part. Pydantic AI's events call it the kind.
func typeOfPart(raw string) string {
	kind := memberText(raw, "type")
	if kind == "" {
		switch named := memberText(raw, "kind"); named {
		case "thinking", "image-url", "audio-url", "video-url", "document-url", "binary":
			kind = named
		}
	}
	return kind
}

// textOr keeps a part whole when it has no text.
func textOr(raw string, kind partKind, text string) part {
	switch {
	case isString(text):
		return part{kind: kind, text: text}
	case isObject(text), isArray(text): // an answer in JSON, as Genkit keeps it
		return part{kind: kind, text: quote(text)}
	}
	return part{kind: blockPart, text: raw}
}

// readReasoning joins the texts of a summary, as OpenAI's Responses API gives it.
func readReasoning(raw string) part {
	text := member(raw, "content", "text", "thinking", "reasoning")
	if summary := member(raw, "summary"); !isString(text) && length(summary) > 0 {
		var texts []string
		for item := range elements(summary) {
			texts = append(texts, memberText(item, "text"))
		}
		text = quote(strings.Join(texts, "\n\n"))
	}
	return textOr(raw, reasoningPart, text)
}

// readUntyped recognises parts by the one member that they have: Gemini's, Bedrock's and Genkit's.
func readUntyped(raw string) part {
	for k, v := range members(raw) {
		switch k {
		case "text":
			if member(raw, "thought") == "true" { // Gemini
				return textOr(raw, reasoningPart, v)
			}
			return textOr(raw, textPart, v)
		case "reasoning":
			return textOr(raw, reasoningPart, v)
		case "reasoningContent":
			return textOr(raw, reasoningPart, member(member(v, "reasoningText"), "text"))
		case "functionCall", "function_call", "toolUse", "toolRequest", "tool_use", "tool_call":
			return readCall(v)
		case "functionResponse", "function_response", "toolResult", "toolResponse", "tool_result",
			"tool_call_result":
			return readResult(v)
		case "image", "video", "audio", "document": // Bedrock's
			if isObject(v) && (k == "image" || member(v, "source") != "") {
				return readMedia(v, k)
			}
		case "inlineData", "inline_data", "fileData", "file_data", "media":
			return readMedia(v, k)
		case "data", "custom": // Genkit's answers in JSON
			if isObject(v) || isArray(v) {
				return textOr(raw, textPart, v)
			}
		case "toolCallId", "tool_call_id":
			if member(raw, "toolName", "name") != "" && member(raw, "result", "output") == "" {
				return readCall(raw)
			}
		}
	}
	return part{kind: blockPart, text: raw}
}

var (
	callNames     = []string{"name", "toolName", "tool_name"}
	callIDNames   = []string{"call_id", "id", "toolCallId", "tool_call_id", "toolUseId", "ref"} // OpenAI's items have both
	argumentNames = []string{"arguments", "args", "input", "toolInput", "parameters"}

	resultNames     = []string{"response", "result", "output", "content"}
	resultIDNames   = []string{"tool_call_id", "toolCallId", "tool_use_id", "toolUseId", "call_id", "id", "ref"}
	resultToolNames = []string{"name", "toolName"}
	originNames     = []string{"origin"} // Haystack
	failedNames     = []string{"is_error", "isError"}
)

// readCall reads a tool call of any library, flat or under "function".
func readCall(raw string) part {
	id, function := choice{names: callIDNames}, choice{names: functionNames}
	name, args := choice{names: callNames}, choice{names: argumentNames}
	find(raw, &id, &function, &name, &args)
	if isObject(function.value) {
		find(function.value, &name, &args)
	}
	p := part{kind: callPart, id: id.value, name: name.value, args: args.value}
	if !isString(p.name) {
		p.name = ""
	}
	return p
}

// readResult reads a tool's answer of any library.
func readResult(raw string) part {
	id, name := choice{names: resultIDNames}, choice{names: resultToolNames}
	result, origin := choice{names: resultNames}, choice{names: originNames}
	failed := choice{names: failedNames}
	find(raw, &id, &name, &result, &origin, &failed)
	p := part{kind: resultPart, id: id.value, name: name.value, result: result.value, failed: failed.value == "true"}
	if p.id == "" && isObject(origin.value) {
		p.id, p.name = member(origin.value, "id"), member(origin.value, "tool_name")
	}
	// The AI SDK says of which type the answer is: {"type":"json","value":…}.
	if value := member(p.result, "value"); value != "" && strings.Contains(" text json error-text error-json content ",
		" "+memberText(p.result, "type")+" ") {
		p.result = value
	}
	p.result = unwrapBlock(p.result)
	return p
}

// unwrapBlock takes the one block of Bedrock's tool results out of its list: [{"json":…}].
func unwrapBlock(raw string) string {
	if length(raw) != 1 {
		return raw
	}
	for item := range elements(raw) {
		for k, v := range members(item) {
			if (k == "json" || k == "text") && countMembers(item) == 1 {
				return v
			}
		}
	}
	return raw
}

// readMedia writes images as OpenAI does. Sound and files keep the shape that they have.
func readMedia(raw, kind string) part {
	if member(raw, "image_url") != "" && kind == "image_url" {
		return part{kind: blockPart, text: raw}
	}
	mime := memberText(raw, "mime_type", "mimeType", "mediaType", "media_type", "contentType", "content_type")
	source := member(raw, "source") // Anthropic's, and Bedrock's
	if mime == "" {
		mime = memberText(source, "media_type")
	}
	if mime == "" {
		mime = typeOfFormat(kind, memberText(raw, "format"))
	}
	url := firstFilled(memberText(raw, "uri", "url", "fileUri", "file_uri", "image_url"), memberText(source, "url"),
		memberText(member(source, "s3Location"), "uri"))
	data := firstFilled(
		memberText(raw, "content", "data", "image", "file", "audio", "binary_content"), memberText(source, "data", "bytes"))
	if kind != "image" && kind != "input_image" && memberText(raw, "modality") != "image" &&
		!strings.HasPrefix(mime, "image/") {
		return otherMedia(raw, kind, mime, url, data)
	}
	if url == "" {
		url = dataURI(mime, data)
	}
	if url == "" {
		return otherMedia(raw, "image", mime, url, data)
	}
	b := append([]byte(`{"type":"image_url","image_url":{"url":`), appendString(nil, url)...)
	return part{kind: blockPart, text: string(append(b, "}}"...))}
}

// typeOfFormat returns the MIME type of Bedrock's formats.
func typeOfFormat(kind, format string) string {
	switch {
	case format == "":
		return ""
	case kind == "image", kind == "audio", kind == "video":
		return kind + "/" + format
	case kind != "document":
		return ""
	}
	switch format {
	case "txt":
		return "text/plain"
	case "md":
		return "text/markdown"
	case "csv", "html":
		return "text/" + format
	case "pdf":
		return "application/pdf"
	}
	return otherType
}

// isURL tells where something is from what it is.
func isURL(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// otherMedia writes sound, films and files as LangChain's standard blocks, which LangSmith renders. What already is such
// a block, or is in OpenAI's shape, stays as it is.
func otherMedia(raw, kind, mime, url, data string) part {
	id := memberText(raw, "file_id", "fileId")
	if mime == "" && url == "" && id == "" || member(raw, "file", "input_audio", "base64") != "" && data == "" {
		return part{kind: blockPart, text: raw}
	}
	if rest, ok := strings.CutPrefix(data, "data:"); ok {
		if _, data, ok = strings.Cut(rest, ";base64,"); !ok {
			return part{kind: blockPart, text: raw}
		}
	}
	if url == "" && isURL(data) {
		url, data = data, ""
	}
	name := memberText(raw, "filename", "fileName", "file_name")
	if kind == "document" {
		name = memberText(raw, "name")
	}
	b := append([]byte(`{"type":`), appendString(nil, mediaType(raw, kind, mime))...)
	for _, m := range [...]struct{ name, text string }{
		{"mime_type", mime},
		{"url", url},
		{"base64", data},
		{"file_id", id},
		{"filename", name},
		{"transcript", memberText(raw, "transcript")},
	} {
		if m.text != "" {
			b = appendString(appendName(b, m.name), m.text)
		}
	}
	if len(url)+len(data)+len(id) == 0 {
		return part{kind: blockPart, text: raw}
	}
	return part{kind: blockPart, text: string(append(b, '}'))}
}

// mediaType returns the type of a standard block.
func mediaType(raw, kind, mime string) string {
	head, _, _ := strings.Cut(mime, "/")
	for _, word := range [...]string{memberText(raw, "modality"), head, strings.TrimPrefix(kind, "input_")} {
		switch word {
		case "audio", "video", "image":
			return word
		}
	}
	return "file"
}

// readServerCall writes a call that the provider itself answers as a block: nobody else has to answer it.
func readServerCall(raw string) part {
	b := []byte(`{"type":"server_tool_call"`)
	for _, m := range [...]struct{ name, raw string }{
		{"id", member(raw, "id")},
		{"name", member(raw, "name")},
		{"args", member(raw, "server_tool_call", "input", "args", "arguments")},
	} {
		if m.raw != "" {
			b = append(appendName(b, m.name), m.raw...)
		}
	}
	return part{kind: blockPart, text: string(append(b, '}'))}
}

func readServerResult(raw string) part {
	b := []byte(`{"type":"server_tool_result"`)
	for _, m := range [...]struct{ name, raw string }{
		{"tool_call_id", member(raw, "id", "tool_call_id")},
		{"output", member(raw, "server_tool_call_response", "response", "result")},
	} {
		if m.raw != "" {
			b = append(appendName(b, m.name), m.raw...)
		}
	}
	return part{kind: blockPart, text: string(append(b, '}'))}
}

// dataURI joins type and content, unless the content is a URI already.
func dataURI(mime, content string) string {
	switch {
	case content == "":
		return ""
	case strings.HasPrefix(content, "data:"), isURL(content):
		return content
	case mime == "":
		mime = "image/png"
	}
	return "data:" + mime + ";base64," + content
}

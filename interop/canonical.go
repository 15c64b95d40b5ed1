package interop

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Canonical returns an item in DynamoDB JSON in the one form that all equal items share: attributes and map keys
// in order, sets in order, numbers in normal form. Equal items have equal bytes.
func Canonical(item json.RawMessage) (json.RawMessage, error) {
	attributes, err := parseItem(item)
	if err != nil {
		return nil, err
	}
	for name, value := range attributes {
		if attributes[name], err = canonicalValue(value); err != nil {
			return nil, fmt.Errorf("interop: attribute %q: %w", name, err)
		}
	}
	return marshalItem(attributes)
}

// parseItem decodes an item into its JSON values: an attribute value is a map of one type to its content.
func parseItem(item json.RawMessage) (map[string]any, error) {
	var attributes map[string]any
	if err := json.Unmarshal(item, &attributes); err != nil {
		return nil, fmt.Errorf("interop: item: %w", err)
	}
	return attributes, nil
}

func marshalItem(attributes map[string]any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(attributes); err != nil {
		return nil, fmt.Errorf("interop: item: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

func canonicalValue(value any) (any, error) {
	typed, ok := value.(map[string]any)
	if !ok || len(typed) != 1 {
		return nil, fmt.Errorf("not an attribute value")
	}
	for kind, content := range typed {
		content, err := canonicalContent(kind, content)
		return map[string]any{kind: content}, err
	}
	return nil, nil
}

func canonicalContent(kind string, content any) (any, error) {
	switch kind {
	case "N":
		text, _ := content.(string)
		return normalNumber(text)
	case "NS", "SS", "BS":
		return canonicalSet(kind, content)
	case "L":
		elements, _ := content.([]any)
		for i := range elements {
			var err error
			if elements[i], err = canonicalValue(elements[i]); err != nil {
				return nil, err
			}
		}
		return elements, nil
	case "M":
		members, _ := content.(map[string]any)
		for key := range members {
			var err error
			if members[key], err = canonicalValue(members[key]); err != nil {
				return nil, err
			}
		}
		return members, nil
	default:
		return content, nil
	}
}

func canonicalSet(kind string, content any) (any, error) {
	members, _ := content.([]any)
	texts := make([]string, 0, len(members))
	for _, member := range members {
		text, ok := member.(string)
		if !ok {
			return nil, fmt.Errorf("a member of type %T in a set", member)
		}
		var err error
		switch kind {
		case "NS":
			text, err = normalNumber(text)
		case "BS":
			var raw []byte
			raw, err = base64.StdEncoding.DecodeString(text)
			text = string(raw)
		}
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	sort.Strings(texts)
	if kind == "BS" {
		for i, text := range texts {
			texts[i] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	return texts, nil
}

// normalNumber strips needless zeros, signs and exponents. It works on texts that the generator and the clients write,
// and does not share code with the library, so that the two check each other.
func normalNumber(text string) (string, error) {
	negative := strings.HasPrefix(text, "-")
	mantissa, exponent, hasExponent := strings.Cut(strings.ToUpper(strings.TrimLeft(text, "+-")), "E")
	shift := 0
	if hasExponent {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -400 || shift > 400 {
			return "", fmt.Errorf("a number with a strange exponent")
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", fmt.Errorf("a number of other things than digits")
	}
	point := len(whole) + shift
	for len(digits) > 0 && digits[0] == '0' {
		digits, point = digits[1:], point-1
	}
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return "0", nil
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if negative {
		digits = "-" + digits
	}
	return digits, nil
}

package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

const attributeKey = "dynamodbav"

var didYouMean = regexp.MustCompile(`unknown (\w+) "([^"]+)", did you mean "([^"]+)"\?`)

// tagFixes returns the fix of a fault of a ddbcrypt tag, if it is certain.
func tagFixes(field *ast.Field, reason string) []analysis.SuggestedFix {
	t := textOf(field)
	meant := didYouMean.FindStringSubmatch(reason)
	switch {
	case t == nil:
		return nil
	case meant != nil && meant[1] == "key":
		return t.renameKey(meant[2], meant[3])
	case meant != nil:
		return t.replaceWord(tags.Key, meant[2], meant[3])
	case strings.Contains(reason, "cannot be encrypted because"):
		return t.removeWord(tags.Key, "encrypt")
	case strings.HasPrefix(reason, `field is ignored ("-")`):
		return t.removeKey(tags.Key)
	}
	return nil
}

// tagText is the text of a struct tag between backquotes.
type tagText struct {
	text string
	pos  token.Pos
}

// textOf returns nil if a field has no tag that can be edited by itself.
func textOf(field *ast.Field) *tagText {
	if field == nil || field.Tag == nil || len(field.Names) > 1 {
		return nil
	}
	text, ok := strings.CutPrefix(field.Tag.Value, "`")
	if !ok || strings.Contains(text, "\r") || strings.Contains(text, `\`) {
		return nil
	}
	return &tagText{strings.TrimSuffix(text, "`"), field.Tag.Pos() + 1}
}

// edit is the fix that replaces the text from start to end.
func (t *tagText) edit(message string, start, end int, text string) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{Message: message, TextEdits: []analysis.TextEdit{{
		Pos: t.pos + token.Pos(start), End: t.pos + token.Pos(end), NewText: []byte(text),
	}}}}
}

// value returns where the value of a key begins and ends, or false.
func (t *tagText) value(key string) (start, end int, ok bool) {
	start = strings.Index(" "+t.text, " "+key+`:"`)
	if start < 0 {
		return 0, 0, false
	}
	start += len(key) + len(`:"`)
	length := strings.Index(t.text[start:], `"`)
	return start, start + length, length >= 0
}

func (t *tagText) renameKey(from, to string) []analysis.SuggestedFix {
	start, _, ok := t.value(from)
	if !ok {
		return nil
	}
	start -= len(from) + len(`:"`)
	return t.edit(fmt.Sprintf("Replace %q by %q", from, to), start, start+len(from), to)
}

// removeKey removes a key that is not alone, and its value.
func (t *tagText) removeKey(key string) []analysis.SuggestedFix {
	start, end, ok := t.value(key)
	if !ok {
		return nil
	}
	start, end = start-len(key)-len(`:"`), end+1
	switch before, after := strings.TrimRight(t.text[:start], " "), strings.TrimLeft(t.text[end:], " "); {
	case before != "":
		start = len(before)
	default:
		end = len(t.text) - len(after)
	}
	return t.edit(fmt.Sprintf("Remove the %s tag", key), start, end, "")
}

var words = regexp.MustCompile(`[^,:=]+`)

// replaceWord replaces a word that occurs once in the value of a key.
func (t *tagText) replaceWord(key, from, to string) []analysis.SuggestedFix {
	start, end, ok := t.value(key)
	if !ok {
		return nil
	}
	var places [][]int
	for _, place := range words.FindAllStringIndex(t.text[start:end], -1) {
		if t.text[start+place[0]:start+place[1]] == from {
			places = append(places, place)
		}
	}
	if len(places) != 1 {
		return nil
	}
	return t.edit(fmt.Sprintf("Replace %q by %q", from, to), start+places[0][0], start+places[0][1], to)
}

// removeWord removes an option that occurs once in the value of a key.
func (t *tagText) removeWord(key, word string) []analysis.SuggestedFix {
	start, end, ok := t.value(key)
	if !ok {
		return nil
	}
	value := "," + t.text[start:end] + ","
	at := strings.Index(value, ","+word+",")
	if at < 0 || strings.Count(value, ","+word+",") > 1 {
		return nil
	}
	from := start + at // of the word, whose comma before it is one to the left
	switch to := from + len(word); {
	case to < end && at == 0:
		return t.edit(fmt.Sprintf("Remove %q", word), from, to+1, "")
	case at == 0:
		return t.edit(fmt.Sprintf("Remove %q", word), from, to, "")
	default:
		return t.edit(fmt.Sprintf("Remove %q", word), from-1, to, "")
	}
}

// addOption adds an option to the dynamodbav tag.
func (t *tagText) addOption(option string) []analysis.SuggestedFix {
	message := fmt.Sprintf("Add %q", option)
	if _, end, ok := t.value(attributeKey); ok {
		return t.edit(message, end, end, ","+option)
	}
	return t.edit(message, 0, 0, attributeKey+`:",`+option+`" `)
}

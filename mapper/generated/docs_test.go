package generated_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tables of docs/generated-code.md about fields are those whose second column is
// "such as": first what attributevalue encodes, then what generated code does.
func TestTheTablesOfThePageSayWhatIsGenerated(t *testing.T) {
	page, err := os.ReadFile("../../docs/generated-code.md")
	require.NoError(t, err)
	tables := regexp.MustCompile(`(?m)^\| field \| such as \|\n\|---\|---\|\n((?:\|.*\n)+)`).FindAllStringSubmatch(string(page), -1)
	require.Len(t, tables, 2)
	for i, fields := range [][]string{fieldsOf(t, true), fieldsOf(t, false)} {
		rows := strings.Split(strings.TrimSpace(tables[i][1]), "\n")
		require.Greater(t, len(rows), 5)
		for _, row := range rows {
			cells := strings.Split(row, "|")
			examples := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1)
			require.NotEmpty(t, examples, row)
			for _, example := range examples {
				require.Contains(t, fields, example[1])
			}
		}
	}
}

// fieldsOf returns the fields of the shapes that are left to attributevalue, or all
// others, as their types with the options of their tags.
func fieldsOf(t *testing.T, left bool) (found []string) {
	names := leftNames(t)
	for _, shape := range shapes {
		for _, field := range reflect.VisibleFields(shape) {
			name, options, _ := strings.Cut(field.Tag.Get("dynamodbav"), ",")
			if name == "" {
				name = field.Name
			}
			if field.Anonymous || name == "-" || name == "_" || slices.Contains(names[shape.Name()], name) != left {
				continue
			}
			text := typeText(field.Type)
			if options != "" {
				words := strings.Split(options, ",")
				slices.Sort(words)
				text += "," + strings.Join(words, ",")
			}
			found = append(found, text)
		}
	}
	require.NotEmpty(t, found)
	return found
}

func typeText(t reflect.Type) string {
	return strings.NewReplacer("generated_test.", "", "interface {}", "any", "]uint8", "]byte").Replace(t.String())
}

// leftNames returns the attributes that generated code leaves to attributevalue, by the
// name of the struct.
func leftNames(t *testing.T) map[string][]string {
	source, err := os.ReadFile("shapes_ddbcrypt_test.go")
	require.NoError(t, err)
	names := map[string][]string{}
	for _, decode := range regexp.MustCompile(`(?ms)^func decode\w+\(.*? v \*(\w+)\) bool \{\n(.*?)^}`).FindAllStringSubmatch(string(source), -1) {
		for _, list := range regexp.MustCompile(`case (.*): // attributevalue decodes them`).FindAllStringSubmatch(decode[2], -1) {
			names[decode[1]] = strings.Split(strings.ReplaceAll(list[1], `"`, ""), ", ")
		}
	}
	require.NotEmpty(t, names)
	return names
}

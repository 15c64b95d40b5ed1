package mapper_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// More of attributevalue's options, as in values_test.go.
type (
	setOmitEmptyTag[V any] struct {
		_      struct{} `ddbcrypt:"table=values"`
		ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
		Signed V        `dynamodbav:"signed,stringset,omitempty" ddbcrypt:"sign"`
	}
	unixOmitEmptyTag[V any] struct {
		_      struct{} `ddbcrypt:"table=values"`
		ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
		Signed V        `dynamodbav:"signed,unixtime,omitempty" ddbcrypt:"sign"`
	}
)

// silentValue marshals itself as nothing at all.
type silentValue struct{ A string }

func (silentValue) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

// tag is a word of a set that marshals itself.
type tag string

func (g tag) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str("#" + string(g)), nil
}

func (g *tag) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return errors.New("no text")
	}
	*g = tag(strings.TrimPrefix(s.Value, "#"))
	return nil
}

// trap is a row of docs/values.md: what becomes of a value.
func trap[T any](t *testing.T, field, value string, v T, options ...mapper.Option) string {
	t.Helper()
	db := newValues(t)
	m := newMapper[T](t, db.Client(), options...)
	reflect.ValueOf(&v).Elem().FieldByName("ID").SetString("x")
	err := m.Save(t.Context(), &v)
	if err != nil {
		requireClass(t, err, "Save", crypto.ErrConfig)
		return fmt.Sprintf("| `%s` | `%s` | refused by Save | – |", field, value)
	}
	stored := "nothing"
	if s, ok := theItem(t, db, "values")["signed"]; ok {
		stored = code(storedText(s))
	}
	got, err := m.Load(t.Context(), "x")
	if err != nil {
		requireClass(t, err, "Load", crypto.ErrConfig)
		return fmt.Sprintf("| `%s` | `%s` | %s | refused by Load |", field, value, stored)
	}
	before, after := reflect.ValueOf(v).FieldByName("Signed"), reflect.ValueOf(got).FieldByName("Signed")
	loaded := code(loadedText(after))
	if before.Kind() != reflect.Func && reflect.DeepEqual(before.Interface(), after.Interface()) {
		loaded = "the same"
	}
	return fmt.Sprintf("| `%s` | `%s` | %s | %s |", field, value, stored, loaded)
}

func code(text string) string { return "`" + text + "`" }

// storedText writes a value as the documentation of DynamoDB does.
func storedText(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberNULL:
		return "NULL"
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("S %q", v.Value)
	case *types.AttributeValueMemberN:
		return "N " + v.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("B %v", v.Value)
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprintf("BOOL %v", v.Value)
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("SS %q", v.Value)
	case *types.AttributeValueMemberNS:
		return fmt.Sprintf("NS %v", v.Value)
	case *types.AttributeValueMemberL:
		parts := []string{}
		for _, element := range v.Value {
			parts = append(parts, storedText(element))
		}
		return "L [" + strings.Join(parts, ", ") + "]"
	case *types.AttributeValueMemberM:
		parts := []string{}
		for name, element := range v.Value {
			parts = append(parts, name+": "+storedText(element))
		}
		return "M {" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprintf("%T", v)
}

// loadedText writes a value as Go does.
func loadedText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Chan, reflect.Func, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
	}
	if at, ok := v.Interface().(time.Time); ok {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return strings.NewReplacer("interface {}", "any", "mapper_test.", "", "attributevalue.", "").Replace(fmt.Sprintf("%#v", v.Interface()))
}

func omitEmptyTime(o *attributevalue.EncoderOptions) { o.OmitEmptyTime = true }

func useNumber(o *attributevalue.DecoderOptions) { o.UseNumber = true }

func unfixSets(o *attributevalue.DecoderOptions) { o.FixUnmarshalIndividualSetValues = false }

func omitNull(o *attributevalue.EncoderOptions) { o.OmitNullAttributeValues = true }

func allTraps(t *testing.T) []string {
	zoned := time.Date(2026, 11, 23, 12, 0, 0, 5, time.FixedZone("", 3600))
	return []string{
		trap(t, "string", `""`, plain("")[0]),
		trap(t, "string,omitempty", `""`, omitEmpty("")[0]),
		trap(t, "*string", "nil", plain[*string](nil)[0]),
		trap(t, "*string,omitempty", "nil", omitEmpty[*string](nil)[0]),
		trap(t, "*string,omitempty", `new("")`, omitEmpty(pointer(""))[0]),
		trap(t, "int,omitempty", "0", omitEmpty(0)[0]),
		trap(t, "bool,omitempty", "false", omitEmpty(false)[0]),
		trap(t, "[]string", "nil", plain[[]string](nil)[0]),
		trap(t, "[]string", "[]string{}", plain([]string{})[0]),
		trap(t, "[]string,omitempty", "nil", omitEmpty[[]string](nil)[0]),
		trap(t, "[]string,omitempty", "[]string{}", omitEmpty([]string{})[0]),
		trap(t, "[]string,nullempty", "[]string{}", nullEmpty([]string{})[0]),
		trap(t, "[]byte", "nil", plain[[]byte](nil)[0]),
		trap(t, "[]byte", "[]byte{}", plain([]byte{})[0]),
		trap(t, "map[string]int", "nil", plain[map[string]int](nil)[0]),
		trap(t, "map[string]int", "map[string]int{}", plain(map[string]int{})[0]),
		trap(t, "map[string]int,omitempty", "map[string]int{}", omitEmpty(map[string]int{})[0]),
		trap(t, "[]string,stringset", "nil", stringSet[[]string](nil)[0]),
		trap(t, "[]string,stringset", "[]string{}", stringSet([]string{})[0]),
		trap(t, "[]string,stringset,omitempty", "[]string{}", setOmitEmptyTag[[]string]{Signed: []string{}}),
		trap(t, "[]string,stringset", `[]string{"a", "a"}`, stringSet([]string{"a", "a"})[0]),
		trap(t, "[]string,stringset", `[]string{""}`, stringSet([]string{""})[0]),
		trap(t, "[]int,numberset", "[]int{}", numberSet([]int{})[0]),
		trap(t, "[]tag,stringset", `[]tag{"a"}`, stringSet([]tag{"a"})[0]),
		trap(t, "[]tag,stringset, without FixUnmarshalIndividualSetValues", `[]tag{"a"}`, stringSet([]tag{"a"})[0], mapper.WithDecoderOptions(unfixSets)),
		trap(t, "time.Time", "time.Time{}", plain(time.Time{})[0]),
		trap(t, "time.Time,omitempty", "time.Time{}", omitEmpty(time.Time{})[0]),
		trap(t, "time.Time,omitempty, OmitEmptyTime", "time.Time{}", omitEmpty(time.Time{})[0], mapper.WithEncoderOptions(omitEmptyTime)),
		trap(t, "*time.Time,omitempty", "nil", omitEmpty[*time.Time](nil)[0]),
		trap(t, "time.Time", "12:00:00.000000005+01:00", plain(zoned)[0]),
		trap(t, "time.Time,unixtime", "12:00:00.000000005+01:00", unixTime(zoned)[0]),
		trap(t, "time.Time,unixtime,omitempty", "time.Time{}", unixOmitEmptyTag[time.Time]{}),
		trap(t, "time.Time,unixtime,omitempty, OmitEmptyTime", "time.Time{}", unixOmitEmptyTag[time.Time]{}, mapper.WithEncoderOptions(omitEmptyTime)),
		trap(t, "any", "nil", plain[any](nil)[0]),
		trap(t, "any", "7", plain[any](7)[0]),
		trap(t, "any, UseNumber", "7", plain[any](7)[0], mapper.WithDecoderOptions(useNumber)),
		trap(t, "any", `[]string{"a"}`, plain[any]([]string{"a"})[0]),
		trap(t, "any", `struct{ A int }{7}`, plain[any](struct{ A int }{7})[0]),
		trap(t, "fmt.Stringer", "nil", plain[fmt.Stringer](nil)[0]),
		trap(t, "fmt.Stringer", "time.Minute", plain[fmt.Stringer](time.Minute)[0]),
		trap(t, "a marshaler that returns NULL", "optional{}", plain(optional{})[0]),
		trap(t, "a marshaler that returns NULL,omitempty", "optional{}", omitEmpty(optional{})[0]),
		trap(t, "a marshaler that returns NULL,omitempty, OmitNullAttributeValues", "optional{}", omitEmpty(optional{})[0], mapper.WithEncoderOptions(omitNull)),
		trap(t, "a marshaler that returns nil", "silentValue{}", plain(silentValue{})[0]),
		trap(t, "a marshaler that returns nil", `silentValue{"a"}`, plain(silentValue{"a"})[0]),
		trap(t, "[]chan int", "[]chan int{nil}", plain([]chan int{nil})[0]),
		trap(t, "any", "func() {}", plain[any](func() {})[0]),
		trap(t, "attributevalue.Number", `"1.50"`, plain[attributevalue.Number]("1.50")[0]),
		trap(t, "float64", "1e126", plain(1e126)[0]),
	}
}

func TestThePageAboutValuesTellsTheTruth(t *testing.T) {
	page, err := os.ReadFile("../docs/values.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `.*\\|$").FindAllString(string(page), -1)
	require.Equal(t, strings.Join(allTraps(t), "\n"), strings.Join(rows, "\n"))
}

func TestTheOptionsOfThePageAboutValues(t *testing.T) {
	requireBlocksIn(t, "values.md", "traps_test.go")
	type Person struct {
		_    struct{}  `ddbcrypt:"table=values"`
		ID   string    `dynamodbav:"id" ddbcrypt:"partition"`
		Born time.Time `dynamodbav:"born,omitempty"`
		Any  any       `dynamodbav:"any"`
	}
	store, encryptor := newValues(t), newEncryptor(1)
	db := store.Client()
	users, err := mapper.New[Person](db, encryptor,
		mapper.WithEncoderOptions(func(o *attributevalue.EncoderOptions) { o.OmitEmptyTime = true }),
		mapper.WithDecoderOptions(func(o *attributevalue.DecoderOptions) { o.UseNumber = true }))
	require.NoError(t, err)
	require.NoError(t, users.Save(t.Context(), &Person{ID: "x", Any: 7}))
	require.NotContains(t, theItem(t, store, "values"), "born")
	x, err := users.Load(t.Context(), "x")
	require.NoError(t, err)
	require.Equal(t, Person{ID: "x", Any: attributevalue.Number("7")}, x)
}

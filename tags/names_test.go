package tags

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var seedFlag = flag.Uint64("tags.seed", 0, "seed of the generated struct types, 0 for a new one")

const (
	generatedTypes = 800
	// wantModels is a floor: the generator must not drift into making only
	// types that the model refuses.
	wantModels = generatedTypes / 10
)

// TestNamesOfGeneratedTypesAreTheKeysThatAreWritten compares the resolver
// with attributevalue itself on random structs.
func TestNamesOfGeneratedTypesAreTheKeysThatAreWritten(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with: go test ./tags -run %s -tags.seed %d", t.Name(), seed)
	g := generator{Rand: rand.New(rand.NewPCG(seed, 0))}
	seen, models := map[reflect.Type]bool{}, 0
	for len(seen) < generatedTypes {
		typ := g.structType(3)
		if seen[typ] {
			continue
		}
		seen[typ] = true
		for _, tagKey := range []string{"", "json"} {
			requireSameNames(t, typ, tagKey)
			m, err := Of(typ, WithTagKey(tagKey))
			if err != nil {
				continue
			}
			models++
			require.Equal(t, writtenKeys(t, nonZero(typ), tagKey), modelNames(m), "%s", typ)
		}
	}
	assert.Greater(t, models, wantModels)
}

// requireSameNames wants all derived names to be written for a value without
// zero fields, and no others for the zero value.
func requireSameNames(t *testing.T, typ reflect.Type, tagKey string) {
	t.Helper()
	names := derivedNames(typ, tagKey)
	require.Equal(t, writtenKeys(t, nonZero(typ), tagKey), names, "tag key %q, type %s", tagKey, typ)
	for _, key := range writtenKeys(t, reflect.New(typ), tagKey) {
		require.Contains(t, names, key, "zero value, tag key %q, type %s", tagKey, typ)
	}
}

func derivedNames(typ reflect.Type, tagKey string) []string {
	r := resolver{tagKey: tagKey, report: func(string, string, error) {}}
	r.walk(goType{typ})
	names := []string{}
	for _, v := range r.visible() {
		names = append(names, v.name)
	}
	slices.Sort(names)
	return names
}

func modelNames(m *Model) []string {
	names := []string{}
	for _, a := range m.Attributes() {
		names = append(names, a.Name)
	}
	return names
}

func writtenKeys(t *testing.T, pointer reflect.Value, tagKey string) []string {
	t.Helper()
	item, err := attributevalue.MarshalMapWithOptions(pointer.Interface(), func(o *attributevalue.EncoderOptions) {
		o.TagKey = tagKey
	})
	require.NoError(t, err, "%s", pointer.Type())
	keys := slices.AppendSeq([]string{}, maps.Keys(item))
	slices.Sort(keys)
	return keys
}

// generator makes struct types of few names, so that they collide often.
type generator struct {
	*rand.Rand
	pool []reflect.Type // structs to embed again
}

var leaves = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[float64](),
	reflect.TypeFor[bool](), reflect.TypeFor[[]byte](), reflect.TypeFor[[]string](), reflect.TypeFor[[2]int](),
	reflect.TypeFor[map[string]int](), reflect.TypeFor[*int](), reflect.TypeFor[**string](), reflect.TypeFor[any](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[*time.Time](), reflect.TypeFor[attributevalue.UnixTime](),
	reflect.TypeFor[attributevalue.Number](), reflect.TypeFor[celsius](), reflect.TypeFor[*celsius](),
	reflect.TypeFor[signal](), reflect.TypeFor[hook](),
	reflect.TypeFor[chan int](), reflect.TypeFor[func()](), reflect.TypeFor[complex128](), reflect.TypeFor[uintptr](),
}

func (g *generator) structType(depth int) reflect.Type {
	names := []string{"A", "B", "C", "D", "E", "F", "a", "b"}
	g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	fields := make([]reflect.StructField, g.IntN(len(names)))
	for i := range fields {
		fields[i] = g.field(names[i], depth)
	}
	typ := reflect.StructOf(fields)
	g.pool = append(g.pool, typ)
	return typ
}

func (g *generator) field(name string, depth int) reflect.StructField {
	f := reflect.StructField{Name: name, Type: leaves[g.IntN(len(leaves))], Tag: g.tag()}
	if strings.ToLower(name) == name {
		f.PkgPath = "example.com/p"
		return f
	}
	if depth > 0 && g.IntN(2) == 0 {
		f.Type = g.structOrPointer(depth)
		f.Anonymous = g.IntN(4) > 0
	}
	return f
}

func (g *generator) structOrPointer(depth int) reflect.Type {
	typ := g.structType(depth - 1)
	if g.IntN(3) == 0 {
		typ = g.pool[g.IntN(len(g.pool))]
	}
	if g.IntN(3) == 0 {
		return reflect.PointerTo(typ)
	}
	return typ
}

func (g *generator) tag() reflect.StructTag {
	var parts []string
	for _, key := range []string{"json", "dynamodbav"} {
		if g.IntN(2) == 0 {
			parts = append(parts, fmt.Sprintf("%s:%q", key, g.tagText()))
		}
	}
	return reflect.StructTag(strings.Join(parts, " "))
}

func (g *generator) tagText() string {
	names := []string{"", "", "", "A", "B", "C", "a", "b", "c", "-", "é", "*x*"}
	words := []string{"", ",", ",omitempty", ",omitempty", ",omitemptyelem", ",unixtime", ",other"}
	return names[g.IntN(len(names))] + words[g.IntN(len(words))]
}

// maxDepth ends the values of recursive types.
const maxDepth = 12

// nonZero returns a pointer to a value of which no part is zero.
func nonZero(typ reflect.Type) reflect.Value {
	v := reflect.New(typ)
	fill(v.Elem(), 0)
	return v
}

func fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth > maxDepth {
		return
	}
	if v.Type().ConvertibleTo(timeType) {
		v.Set(reflect.ValueOf(time.Unix(1700000000, 0)).Convert(v.Type()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(1)
	case reflect.String:
		v.SetString("1")
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf("1"))
		}
	case reflect.Chan:
		v.Set(reflect.MakeChan(v.Type(), 0))
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), func([]reflect.Value) []reflect.Value { return nil }))
	default:
		fillContainer(v, depth+1)
	}
}

func fillContainer(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), depth)
		}
	case reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, 0)
		fill(elem, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case reflect.Struct:
		for i := range v.NumField() {
			fillField(v.Field(i), v.Type().Field(i), depth)
		}
	}
}

// fillField also fills embedded structs of unexported types, whose exported
// fields can be set.
func fillField(v reflect.Value, f reflect.StructField, depth int) {
	if f.Anonymous && !f.IsExported() && v.Kind() == reflect.Struct {
		fillContainer(v, depth)
		return
	}
	fill(v, depth)
}

// celsius marshals itself by value, signal and hook are of kinds that are not
// written unless they do.
type (
	celsius float64
	signal  chan int
	hook    func()
)

func number() (types.AttributeValue, error) { return &types.AttributeValueMemberN{Value: "1"}, nil }

func (celsius) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return number() }
func (signal) MarshalDynamoDBAttributeValue() (types.AttributeValue, error)  { return number() }
func (*hook) MarshalDynamoDBAttributeValue() (types.AttributeValue, error)   { return number() }

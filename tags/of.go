package tags

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Option changes how [Of] and [Describe] read a type. The only one is
// [WithTagKey].
type Option func(*options) error

type options struct{ tagKey string }

// WithTagKey takes attribute names from struct tags with this key too, such
// as "json"; they win over dynamodbav tags. Use it together with the TagKey
// of attributevalue's EncoderOptions and DecoderOptions, which does the same.
func WithTagKey(key string) Option {
	return func(o *options) error {
		if key == Key || strings.ContainsFunc(key, isNoKeyRune) {
			return fmt.Errorf("tag key %q cannot name attributes, use a key such as \"json\"", key)
		}
		o.tagKey = key
		if key == attributeKey {
			o.tagKey = ""
		}
		return nil
	}
}

func isNoKeyRune(r rune) bool { return r <= ' ' || r == ':' || r == '"' || r == 0x7f }

func parseOptions(opts []Option) (o options, err error) {
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return o, &Error{Err: err}
		}
	}
	return o, nil
}

// plan is a cached result. Errors are results too.
type plan struct {
	once  sync.Once
	model *Model
	err   error
}

// planKey holds everything that a plan depends on.
type planKey struct {
	typ reflect.Type
	options
}

var plans sync.Map // planKey to *plan

// Of returns the model of a struct type, or of the struct that a pointer type
// points to. It computes the model once per type and options and then returns
// the same one, or the same error. All faults of a type are reported
// together, each as an [*Error]. Of is safe for concurrent use.
func Of(t reflect.Type, opts ...Option) (*Model, error) {
	o, err := parseOptions(opts)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, &Error{Type: "nil", Err: errNotStruct}
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	key := planKey{t, o}
	cached, ok := plans.Load(key)
	if !ok {
		cached, _ = plans.LoadOrStore(key, new(plan))
	}
	p := cached.(*plan)
	p.once.Do(func() { p.model, p.err = build(t, o) })
	return p.model, p.err
}

func build(t reflect.Type, o options) (*Model, error) {
	m, err := newChecker(goType{t}, o.tagKey).build()
	if err != nil {
		return nil, err
	}
	for _, a := range m.attributes {
		a.Type = t.FieldByIndex(a.index).Type
	}
	if m.carrier != nil {
		m.carrier.Type = t.FieldByIndex(m.carrier.index).Type
	}
	return m, nil
}

// Describe is [Of] for tools that see types without running them. It keeps
// nothing; t must be a struct type, not a pointer.
func Describe(t Type, opts ...Option) (*Model, error) {
	o, err := parseOptions(opts)
	if err != nil {
		return nil, err
	}
	return newChecker(t, o.tagKey).build()
}

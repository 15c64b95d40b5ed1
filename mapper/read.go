package mapper

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// reading is one query or scan.
type reading struct {
	m      *core
	op     string
	scan   bool
	o      callOptions
	client *client.Client
	only   map[string]bool

	request dynamodb.QueryInput // for scans too
	equal   crypto.Item         // what every item has to have
	start   crypto.Item
	// names are the attributes that a position in it consists of. It is positional if
	// they are known to be all.
	names      []string
	positional bool
}

// newReading checks the options and makes the request of them.
func (m *core) newReading(ctx context.Context, op string, scan bool, o callOptions) (*reading, error) {
	if err := m.ended(ctx); err != nil {
		return nil, err
	}
	r := &reading{m: m, op: op, scan: scan, o: o, client: m.client, equal: crypto.Item{}}
	if o.reading.whole {
		r.client = m.whole()
	}
	if err := o.reading.check(); err != nil {
		return nil, err
	}
	var err error
	if r.only, err = m.projected(o.project); err != nil {
		return nil, err
	}
	r.request = dynamodb.QueryInput{TableName: &m.table}
	if o.consistent {
		r.request.ConsistentRead = aws.Bool(true)
	}
	if o.reading.index != "" {
		r.request.IndexName = &r.o.reading.index
	}
	if o.reading.descending {
		r.request.ScanIndexForward = aws.Bool(false)
	}
	if err := r.conditions(); err != nil {
		return nil, err
	}
	if op == "ScanPages" && o.reading.segments != nil && o.reading.limit != nil && (!r.positional || o.reading.whole) {
		return nil, fmt.Errorf("%w: Limit and Segments: the page that the limit cuts would have no Next, as no item tells its position in index %q; use PageSize, or Segment for one segment after the other",
			crypto.ErrConfig, o.reading.index)
	}
	return r, r.startKey()
}

// check refuses numbers that are out of range.
func (o *readOptions) check() error {
	for _, count := range []struct {
		option string
		n      *int
	}{{"Limit", o.limit}, {"PageSize", o.pageSize}, {"Segments", o.segments}, {"Segment", o.all}} {
		if count.n != nil && (*count.n < 1 || *count.n > maxCount) {
			return fmt.Errorf("%w: %s: %d is not a number from 1 to %d", crypto.ErrConfig, count.option, *count.n, maxCount)
		}
	}
	switch {
	case o.segment != nil && (*o.segment < 0 || *o.segment >= *o.all):
		return fmt.Errorf("%w: Segment: there is no segment %d of %d; they are counted from 0", crypto.ErrConfig, *o.segment, *o.all)
	case o.segment != nil && o.segments != nil:
		return fmt.Errorf("%w: Segment is for one segment, and Segments for all of them; keep one", crypto.ErrConfig)
	case o.segments != nil && (o.hasAfter || o.token != nil && *o.token != ""):
		return fmt.Errorf("%w: Segments has many beginnings; go on with Segment and the token of a page, for each segment", crypto.ErrConfig)
	case o.hasAfter && o.token != nil:
		return fmt.Errorf("%w: StartAfter and StartToken are two beginnings; keep one", crypto.ErrConfig)
	}
	return nil
}

// maxCount is DynamoDB's limit for segments, and far above what a page holds.
const maxCount = 1_000_000

// conditions makes the key condition and the filter.
func (r *reading) conditions() error {
	own, err := r.keyCondition()
	if err != nil {
		return err
	}
	o := &r.o.reading
	builder, used := expression.NewBuilder(), false
	if len(o.filters) > 0 {
		builder, used = builder.WithFilter(allOf(o.filters)), true
	}
	if len(o.keyConditions) > 0 {
		builder, used = builder.WithKeyCondition(o.keyConditions[0]), true
	}
	r.request.KeyConditionExpression, r.request.ExpressionAttributeNames, r.request.ExpressionAttributeValues = own.parameters()
	if !used {
		return nil
	}
	built, err := builder.Build()
	if err != nil {
		return unbuilt("KeyCondition or Filter", err)
	}
	r.request.FilterExpression = built.Filter()
	if built.KeyCondition() != nil {
		r.request.KeyConditionExpression = built.KeyCondition()
	}
	all := condition{"", built.Names(), built.Values()}
	if own.text != "" {
		all = own.and(condition{own.text, all.names, all.values})
	}
	r.request.ExpressionAttributeNames, r.request.ExpressionAttributeValues = all.names, all.values
	return nil
}

// keyCondition makes the condition that Partition and the Sort options state, and
// finds out of which attributes a position consists.
func (r *reading) keyCondition() (condition, error) {
	o, keys := &r.o.reading, indexKeys{r.m.keys[:1], r.m.keys[1:]}
	known := true
	r.names = slices.Clone(r.m.keyNames)
	if o.index != "" {
		if keys, known = r.m.indexes[o.index]; known {
			r.addNames(keys)
		}
	}
	r.positional = known
	stated := o.hasPartition || len(o.sort) > 0
	switch {
	case r.scan:
		return condition{}, nil
	case len(o.keyConditions) > 1:
		return condition{}, fmt.Errorf("%w: KeyCondition is stated twice; make one condition of them by And", crypto.ErrConfig)
	case len(o.keyConditions) == 1 && stated:
		return condition{}, fmt.Errorf("%w: KeyCondition is the whole condition on the key; leave out Partition and the Sort options", crypto.ErrConfig)
	case len(o.keyConditions) == 1:
		return condition{}, nil
	case !o.hasPartition:
		return condition{}, fmt.Errorf("%w: no partition is named; add Partition or KeyCondition, or use Scan to read the whole table", crypto.ErrConfig)
	case !known:
		return condition{}, fmt.Errorf("%w: the tags of %s do not name an index %q; tag the fields of its key `ddbcrypt:\"index=%[3]s:partition\"`, and :sort, or use KeyCondition",
			crypto.ErrConfig, r.m.model.Type(), o.index)
	}
	return r.statedCondition(keys)
}

func (r *reading) addNames(keys indexKeys) {
	for _, key := range slices.Concat(keys.partition, keys.sort) {
		if !slices.Contains(r.names, key.name) {
			r.names = append(r.names, key.name)
		}
	}
}

func (r *reading) statedCondition(keys indexKeys) (condition, error) {
	o := &r.o.reading
	if len(o.partition) != len(keys.partition) {
		return condition{}, fmt.Errorf("%w: Partition has %d values, and the partition key %d: %s", crypto.ErrConfig, len(o.partition), len(keys.partition), quoted(keys.partition))
	}
	c := keyConditions{codec: r.m.codec, equal: r.equal, condition: condition{names: map[string]string{}, values: map[string]types.AttributeValue{}}}
	for i, field := range keys.partition {
		if err := c.add(field, "=", o.partition[i]); err != nil {
			return condition{}, err
		}
	}
	rest := keys.sort
	for i, sort := range o.sort {
		if len(sort.values) == 0 {
			return condition{}, fmt.Errorf("%w: %s has no value", crypto.ErrConfig, sort.option)
		}
		parts := [][]any{sort.values}
		if sort.operator == "=" { // of several attributes
			parts = slices.Collect(slices.Chunk(sort.values, 1))
		}
		for _, values := range parts {
			if len(rest) == 0 {
				return condition{}, fmt.Errorf("%w: %s: the sort key has no more attributes; it has %d: %s", crypto.ErrConfig, sort.option, len(keys.sort), quoted(keys.sort))
			}
			if err := c.add(rest[0], sort.operator, values...); err != nil {
				return condition{}, err
			}
			rest = rest[1:]
		}
		if sort.operator != "=" && i < len(o.sort)-1 {
			return condition{}, fmt.Errorf("%w: %s is not the last condition on the sort key; only SortEqual can be before another one", crypto.ErrConfig, sort.option)
		}
	}
	c.text = strings.Join(c.parts, " AND ")
	return c.condition, nil
}

func quoted(fields []keyField) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = fmt.Sprintf("%q", field.name)
	}
	return strings.Join(names, ", ")
}

// keyConditions collects conditions on key attributes.
type keyConditions struct {
	codec codec
	equal crypto.Item
	condition
	parts []string
}

func (c *keyConditions) add(field keyField, operator string, values ...any) error {
	name := fmt.Sprintf("#k%d", len(c.names))
	c.names[name] = field.name
	placeholders := make([]string, len(values))
	for i, value := range values {
		v, err := field.value(c.codec, value)
		if err != nil {
			return err
		}
		placeholders[i] = fmt.Sprintf(":k%d", len(c.values))
		c.values[placeholders[i]] = v
		if operator == "=" {
			c.equal[field.name] = v
		}
		if _, number := v.(*types.AttributeValueMemberN); number && operator == "begins_with" {
			return fmt.Errorf("%w: SortPrefix: the key attribute %q, field %s, is a number and has no prefix; use SortBetween", crypto.ErrConfig, field.name, field.path)
		}
	}
	part := name + " " + operator + " " + strings.Join(placeholders, " AND ")
	if operator == "begins_with" {
		part = "begins_with(" + name + ", " + placeholders[0] + ")"
	}
	c.parts = append(c.parts, part)
	return nil
}

// startKey finds out where to begin.
func (r *reading) startKey() error {
	o := &r.o.reading
	var err error
	switch after := o.after.(type) {
	case nil:
		if o.hasAfter {
			return fmt.Errorf("%w: StartAfter: the item is nil; leave the option out to begin at the beginning", crypto.ErrConfig)
		}
		if o.token != nil && *o.token != "" {
			r.start, err = r.parseToken(*o.token)
		}
	case Key:
		if o.index != "" {
			return fmt.Errorf("%w: StartAfter: a key does not tell where an item is in an index; use a *%s or StartToken", crypto.ErrConfig, r.m.model.Type())
		}
		r.start, err = r.m.key(after)
	default:
		if reflect.TypeOf(after) != reflect.PointerTo(r.m.typ) {
			return fmt.Errorf("%w: StartAfter: the item is a %T, not a Key or a *%s", crypto.ErrConfig, after, r.m.model.Type())
		}
		r.start, err = r.positionOf(after)
	}
	return err
}

// positionOf returns the position of a value.
func (r *reading) positionOf(value any) (crypto.Item, error) {
	if reflect.ValueOf(value).IsNil() {
		return nil, errNilValue
	}
	item, err := r.m.codec.encode(value)
	if err != nil {
		return nil, err
	}
	position, ok := r.position(item)
	if !ok {
		return nil, fmt.Errorf("%w: StartAfter: the value does not tell its position; it needs all key attributes of the table and of an index that the tags name: %q", crypto.ErrConfig, r.names)
	}
	return position, nil
}

// position returns the position of an item, if the item tells it.
func (r *reading) position(item crypto.Item) (crypto.Item, bool) {
	if !r.positional {
		return nil, false
	}
	position := crypto.Item{}
	for _, name := range r.names {
		if keyFault(item[name]) != "" {
			return nil, false
		}
		position[name] = item[name]
	}
	return position, true
}

// what tells one query, or one segment of a scan, from others, for tokens.
func (r *reading) what(segment int) string {
	table, _ := cmp.TableName(r.m.table) // New has checked it
	parts := []string{table, r.o.reading.index, fmt.Sprint(r.scan, r.o.reading.descending)}
	if r.o.reading.segment != nil {
		parts = append(parts, fmt.Sprint(*r.o.reading.segment, *r.o.reading.all))
	} else if r.o.reading.segments != nil {
		parts = append(parts, fmt.Sprint(segment, *r.o.reading.segments))
	}
	return strings.Join(parts, "\x00")
}

// scanInput is the request of a scan.
func scanInput(in *dynamodb.QueryInput) *dynamodb.ScanInput {
	return &dynamodb.ScanInput{
		TableName: in.TableName, IndexName: in.IndexName, ConsistentRead: in.ConsistentRead, Select: in.Select,
		FilterExpression: in.FilterExpression, ExpressionAttributeNames: maps.Clone(in.ExpressionAttributeNames), ExpressionAttributeValues: in.ExpressionAttributeValues,
		ExclusiveStartKey: in.ExclusiveStartKey, Limit: in.Limit, ReturnConsumedCapacity: in.ReturnConsumedCapacity,
	}
}

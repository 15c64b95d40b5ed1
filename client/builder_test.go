package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// built is what the SDK's expression builder makes: it writes every name as a
// placeholder.
func built(t *testing.T, b expression.Builder) expression.Expression {
	t.Helper()
	e, err := b.Build()
	require.NoError(t, err)
	return e
}

func withCondition(c expression.ConditionBuilder) expression.Builder {
	return expression.NewBuilder().WithCondition(c)
}

// builderConditions are what the builder can ask of items like those of [user], by the
// attribute for which they are refused; those that are not are true.
var builderConditions = map[string]struct {
	condition expression.ConditionBuilder
	refused   string
}{
	"a signed attribute equals a value":         {expression.Name("plan").Equal(expression.Value("free")), ""},
	"a key begins with a value":                 {expression.Name("id").BeginsWith("al"), ""},
	"a signed attribute is between values":      {expression.Name("level").Between(expression.Value(0), expression.Value(2)), ""},
	"a signed attribute is in a list":           {expression.Name("plan").In(expression.Value("gold"), expression.Value("free")), ""},
	"an unprotected attribute has a size":       {expression.Name("plan").Size().LessThan(expression.Value(5)), ""},
	"an encrypted attribute exists":             {expression.Name("email").AttributeExists(), ""},
	"an encrypted attribute does not exist":     {expression.Name("phone").AttributeNotExists(), ""},
	"a signed attribute has a type":             {expression.Name("views").AttributeType(expression.Number), ""},
	"a signed attribute contains a text":        {expression.Contains(expression.Name("plan"), "re"), ""},
	"several at once, negated and nested":       {expression.Not(expression.Name("plan").Equal(expression.Value("gold"))).And(expression.Or(expression.Name("views").Equal(expression.Value(0)), expression.Name("level").GreaterThan(expression.Value(7)))), ""},
	"two attributes are compared":               {expression.Name("created").Equal(expression.Name("level")), ""},
	"an encrypted attribute equals a value":     {expression.Name("email").Equal(expression.Value("alice@example.com")), "email"},
	"an encrypted attribute begins with a text": {expression.Name("email").BeginsWith("alice"), "email"},
	"an encrypted attribute contains a text":    {expression.Contains(expression.Name("email"), "alice"), "email"},
	"an encrypted attribute has a size":         {expression.Name("email").Size().GreaterThan(expression.Value(1)), "email"},
	"an encrypted attribute has a type":         {expression.Name("email").AttributeType(expression.String), "email"},
	"an encrypted attribute is in a list":       {expression.Name("email").In(expression.Value("alice@example.com")), "email"},
	"an encrypted attribute is on the right":    {expression.Value("alice@example.com").Equal(expression.Name("email")), "email"},
	"a path within an encrypted map":            {expression.Name("address.city").Equal(expression.Value("Delft")), "address"},
	"a path within an encrypted map exists":     {expression.AttributeExists(expression.Name("address.tags[0]")), "address"},
	"an attribute that no action names":         {expression.Name("phone").Equal(expression.Value("1")), "phone"},
	"an encrypted one among allowed ones":       {expression.Name("plan").Equal(expression.Value("free")).Or(expression.Name("level").Equal(expression.Name("email"))), "email"},
	"the signature equals a value":              {expression.Name(crypto.DefaultSignatureAttribute).Equal(expression.Value([]byte{1})), crypto.DefaultSignatureAttribute},
}

func init() {
	suite["Conditions of the expression builder are sent, or refused by the name of the attribute"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for name, c := range builderConditions {
			t.Run(name, func(t *testing.T) {
				w.reset()
				e := built(t, withCondition(c.condition))
				_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ConditionExpression: e.Condition(),
					ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
				w.requireAllowed(t, err, "PutItem", "ConditionExpression", c.refused)
				if c.refused == "" {
					return
				}
				_, err = db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ConditionExpression: e.Condition(),
					ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
				w.requireRefused(t, err, "DeleteItem", "ConditionExpression", c.refused)
			})
		}
	}

	suite["Filters of the expression builder are sent, or refused by the name of the attribute"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for name, c := range builderConditions {
			t.Run(name, func(t *testing.T) {
				w.reset()
				e := built(t, expression.NewBuilder().WithFilter(c.condition))
				out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, FilterExpression: e.Filter(),
					ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
				w.requireAllowed(t, err, "Scan", "FilterExpression", c.refused)
				if c.refused == "" {
					require.Equal(t, []map[string]types.AttributeValue{user("alice", 1)}, out.Items)
				}
			})
		}
	}

	suite["A failed condition of the expression builder comes with the decrypted item"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		e := built(t, withCondition(expression.Name("email").AttributeNotExists()))
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		require.Equal(t, crypto.Item(failed.Item), user("alice", 1))
	}

	suite["Updates of the expression builder may write unprotected attributes"] = func(t *testing.T, w *world) {
		db := w.users()
		for name, c := range map[string]struct {
			update  expression.UpdateBuilder
			refused string
			views   int
		}{
			"set":                                  {expression.Set(expression.Name("views"), expression.Value(7)), "", 7},
			"add":                                  {expression.Add(expression.Name("views"), expression.Value(2)), "", 2},
			"set to a sum":                         {expression.Set(expression.Name("views"), expression.Name("views").Plus(expression.Value(3))), "", 3},
			"set from a signed attribute":          {expression.Set(expression.Name("views"), expression.Name("level")), "", 1},
			"set if it does not exist":             {expression.Set(expression.Name("views"), expression.Name("views").IfNotExists(expression.Value(9))), "", 0},
			"set of an encrypted attribute":        {expression.Set(expression.Name("email"), expression.Value("mallory@example.com")), "email", 0},
			"set of a signed attribute":            {expression.Set(expression.Name("plan"), expression.Value("gold")), "plan", 0},
			"add to a signed attribute":            {expression.Add(expression.Name("level"), expression.Value(1)), "level", 0},
			"remove of an encrypted attribute":     {expression.Remove(expression.Name("email")), "email", 0},
			"remove of the signature":              {expression.Remove(expression.Name(crypto.DefaultSignatureAttribute)), crypto.DefaultSignatureAttribute, 0},
			"delete from an encrypted set":         {expression.Delete(expression.Name("tags"), expression.Value(&types.AttributeValueMemberSS{Value: []string{"a"}})), "tags", 0},
			"set within an encrypted map":          {expression.Set(expression.Name("address.city"), expression.Value("Leiden")), "address", 0},
			"set from an encrypted attribute":      {expression.Set(expression.Name("views"), expression.Name("email")), "email", 0},
			"append to an encrypted list":          {expression.Set(expression.Name("views"), expression.Name("address.tags").ListAppend(expression.Value([]string{"x"}))), "address", 0},
			"a key":                                {expression.Set(expression.Name("id"), expression.Value("bob")), "id", 0},
			"an allowed and a forbidden attribute": {expression.Set(expression.Name("views"), expression.Value(1)).Set(expression.Name("email"), expression.Value("x")), "email", 0},
		} {
			t.Run(name, func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				w.reset()
				e := built(t, expression.NewBuilder().WithUpdate(c.update).WithCondition(expression.Name("plan").Equal(expression.Value("free"))))
				out, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllNew,
					UpdateExpression: e.Update(), ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
				w.requireAllowed(t, err, "UpdateItem", "UpdateExpression", c.refused)
				if c.refused == "" {
					want := user("alice", 1)
					want["views"] = num(c.views)
					require.Equal(t, want, crypto.Item(out.Attributes))
				}
			})
		}
	}

	suite["Key conditions of the expression builder are sent"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("alice", 2), user("alice", 3))
		for name, c := range map[string]struct {
			index *string
			key   expression.KeyConditionBuilder
			want  []map[string]types.AttributeValue
		}{
			"partition key":          {nil, expression.Key("id").Equal(expression.Value("alice")), []map[string]types.AttributeValue{user("alice", 1), user("alice", 2), user("alice", 3)}},
			"both keys":              {nil, expression.Key("id").Equal(expression.Value("alice")).And(expression.Key("created").Equal(expression.Value(2))), []map[string]types.AttributeValue{user("alice", 2)}},
			"a range of sort keys":   {nil, expression.Key("id").Equal(expression.Value("alice")).And(expression.Key("created").Between(expression.Value(2), expression.Value(9))), []map[string]types.AttributeValue{user("alice", 2), user("alice", 3)}},
			"keys of an index":       {aws.String("all"), expression.Key("plan").Equal(expression.Value("free")).And(expression.Key("created").GreaterThan(expression.Value(2))), []map[string]types.AttributeValue{user("alice", 3)}},
			"keys of a local index":  {aws.String("local"), expression.KeyAnd(expression.Key("id").Equal(expression.Value("alice")), expression.Key("level").LessThan(expression.Value(2))), []map[string]types.AttributeValue{user("alice", 1), user("alice", 2), user("alice", 3)}},
			"keys of no item at all": {nil, expression.Key("id").Equal(expression.Value("bob")), nil},
		} {
			t.Run(name, func(t *testing.T) {
				e := built(t, expression.NewBuilder().WithKeyCondition(c.key))
				out, err := db.Query(t.Context(), &dynamodb.QueryInput{TableName: &w.table, IndexName: c.index, KeyConditionExpression: e.KeyCondition(),
					ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
				require.NoError(t, err)
				require.Len(t, out.Items, len(c.want))
				require.Subset(t, out.Items, c.want)
			})
		}
	}

	suite["Key conditions of the expression builder on encrypted attributes are refused"] = func(t *testing.T, w *world) {
		db := w.users()
		e := built(t, expression.NewBuilder().WithKeyCondition(expression.Key("id").Equal(expression.Value("alice")).And(expression.Key("email").BeginsWith("a"))))
		w.reset()
		_, err := db.Query(t.Context(), &dynamodb.QueryInput{TableName: &w.table, KeyConditionExpression: e.KeyCondition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
		w.requireRefused(t, err, "Query", "KeyConditionExpression", "email")
	}

	suite["Projections of the expression builder are refused while they could leave out what is signed"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		e := built(t, expression.NewBuilder().WithProjection(expression.NamesList(expression.Name("id"), expression.Name("email"))))
		w.reset()
		_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ProjectionExpression: e.Projection(), ExpressionAttributeNames: e.Names()})
		w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
		_, err = db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, ProjectionExpression: e.Projection(), ExpressionAttributeNames: e.Names()})
		w.requireRefused(t, err, "Scan", "ProjectionExpression", "")
	}

	suite["Projections of the expression builder may leave out what is not signed"] = func(t *testing.T, w *world) {
		// Only what the actions name is protected, so it is known what has to be there.
		declared := w.declared()
		declared.Actions = crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{"email": crypto.EncryptAndSign, "plan": crypto.SignOnly, "level": crypto.SignOnly}}
		db := w.open(client.Tables(declared))
		w.put(t, db, user("alice", 1))

		names := expression.NamesList(expression.Name("id"), expression.Name("created"), expression.Name("email"), expression.Name("plan"), expression.Name("level"))
		e := built(t, expression.NewBuilder().WithProjection(names))
		out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ProjectionExpression: e.Projection(), ExpressionAttributeNames: e.Names()})
		require.NoError(t, err)
		want := user("alice", 1)
		delete(want, "views")
		delete(want, "address")
		require.Equal(t, want, crypto.Item(out.Item))

		e = built(t, expression.NewBuilder().WithProjection(expression.NamesList(expression.Name("id"), expression.Name("created"), expression.Name("email"))))
		w.reset()
		_, err = db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ProjectionExpression: e.Projection(), ExpressionAttributeNames: e.Names()})
		w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
	}
}

// requireAllowed checks that a request was refused for an attribute, or, if that is
// empty, that it was sent and went well.
func (w *world) requireAllowed(t *testing.T, err error, op, parameter, refused string) {
	t.Helper()
	if refused != "" {
		w.requireRefused(t, err, op, parameter, refused)
		return
	}
	require.NoError(t, err)
	require.Equal(t, []string{op}, w.tap.Operations())
}

package client

import (
	"context"
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// sdkOperations are the methods of the SDK's client that are operations, by name.
func sdkOperations(t *testing.T) map[string]reflect.Method {
	t.Helper()
	found := map[string]reflect.Method{}
	sdk := reflect.TypeFor[*dynamodb.Client]()
	for i := range sdk.NumMethod() {
		method := sdk.Method(i)
		if method.Type.NumIn() == 4 && method.Type.In(1) == reflect.TypeFor[context.Context]() && method.Type.NumOut() == 2 {
			require.Equal(t, method.Name+"Input", method.Type.In(2).Elem().Name())
			require.Equal(t, method.Name+"Output", method.Type.Out(0).Elem().Name())
			found[method.Name] = method
		}
	}
	require.Greater(t, len(found), 50, "the methods have another form now: mend this test")
	return found
}

func TestEveryOperationOfTheSDKIsClassified(t *testing.T) {
	found := sdkOperations(t)
	for name := range found {
		_, data := operations[name]
		assert.True(t, data || controlPlane[name], "the SDK has the operation %s, which is refused until it is classified: put it into operations if it reads or writes items, else into controlPlane", name)
		assert.False(t, data && controlPlane[name], "%s is in operations and in controlPlane", name)
	}
	for name := range operations {
		assert.Contains(t, found, name, "the SDK does not have the data operation any more")
	}
	for name := range controlPlane {
		assert.Contains(t, found, name, "the SDK does not have the operation of the control plane any more")
	}
}

func TestClientHasTheMethodsOfTheSDK(t *testing.T) {
	ours := reflect.TypeFor[*Client]()
	for name, method := range sdkOperations(t) {
		mine, ok := ours.MethodByName(name)
		if !assert.True(t, ok, "*Client lacks %s: add it to methods_optional.go", name) {
			continue
		}
		assert.Equal(t, signature(method.Type), signature(mine.Type), name)
	}
	sdk := reflect.TypeFor[*dynamodb.Client]()
	for i := range sdk.NumMethod() {
		_, ok := ours.MethodByName(sdk.Method(i).Name)
		assert.True(t, ok, "*Client lacks %s", sdk.Method(i).Name)
	}
}

// signature is the type of a method without its receiver.
func signature(method reflect.Type) string {
	var in, out []reflect.Type
	for i := 1; i < method.NumIn(); i++ {
		in = append(in, method.In(i))
	}
	for i := range method.NumOut() {
		out = append(out, method.Out(i))
	}
	return reflect.FuncOf(in, out, method.IsVariadic()).String()
}

// exports tell of their filters, which hold values to compare and no items.
var exports = []string{"DescribeExport"}

// What carries items has to be looked at: an operation of the control plane that
// begins to do so is none any more.
func TestTheControlPlaneCarriesNoItems(t *testing.T) {
	for name, method := range sdkOperations(t) {
		in, out := carries(method.Type.In(2), nil), carries(method.Type.Out(0), nil)
		assert.False(t, controlPlane[name] && (in || out) && !slices.Contains(exports, name), "%s carries attribute values now: it is a data operation", name)
	}
	require.True(t, carries(reflect.TypeFor[dynamodb.QueryOutput](), nil), "the test sees attribute values")
}

// carries reports whether a value of a type can hold attribute values.
func carries(t reflect.Type, within []reflect.Type) bool {
	if t == reflect.TypeFor[types.AttributeValue]() {
		return true
	}
	if slices.Contains(within, t) {
		return false
	}
	within = append(within, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return carries(t.Elem(), within)
	case reflect.Map:
		return carries(t.Key(), within) || carries(t.Elem(), within)
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && t.Field(i).Name != "ResultMetadata" && carries(t.Field(i).Type, within) {
				return true
			}
		}
	}
	return false
}

func TestTheControlPlanePassesAsItIs(t *testing.T) {
	encryptor := crypto.NewEncryptor(cmp.Provider(nil))
	var seen []string
	recorder := func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("recorder", func(_ context.Context, _ middleware.InitializeInput, _ middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			seen = append(seen, stack.ID())
			return middleware.InitializeOutput{}, middleware.Metadata{}, errRecorded
		}), middleware.Before)
	}
	sdk := dynamodb.Options{Region: "us-east-1", APIOptions: []func(*middleware.Stack) error{recorder}}
	for form, db := range map[string]any{
		"wrapper":    New(dynamodb.New(sdk), encryptor),
		"middleware": dynamodb.New(sdk, WithEncryption(encryptor)),
	} {
		t.Run(form, func(t *testing.T) {
			for name := range sdkOperations(t) {
				if !controlPlane[name] {
					continue
				}
				for what, in := range map[string]func(reflect.Type) reflect.Value{"nil": reflect.Zero, "empty": func(in reflect.Type) reflect.Value { return reflect.New(in.Elem()) }} {
					seen = nil
					method := reflect.ValueOf(db).MethodByName(name)
					results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in(method.Type().In(1))})
					err, _ := results[1].Interface().(error)
					assert.ErrorIs(t, err, errRecorded, "%s with a request that is %s", name, what)
					assert.Equal(t, []string{name}, seen)
				}
			}
		})
	}
}

var errRecorded = errors.New("recorded")

// known are the members of everything that can hold an item, a key or an
// expression, as this package knows them.
var known = map[reflect.Type]string{
	reflect.TypeFor[dynamodb.PutItemInput]():                   "Item TableName ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[dynamodb.PutItemOutput]():                  "Attributes ConsumedCapacity ItemCollectionMetrics",
	reflect.TypeFor[dynamodb.GetItemInput]():                   "Key TableName AttributesToGet ConsistentRead ExpressionAttributeNames ProjectionExpression ReturnConsumedCapacity",
	reflect.TypeFor[dynamodb.GetItemOutput]():                  "ConsumedCapacity Item",
	reflect.TypeFor[dynamodb.DeleteItemInput]():                "Key TableName ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[dynamodb.DeleteItemOutput]():               "Attributes ConsumedCapacity ItemCollectionMetrics",
	reflect.TypeFor[dynamodb.UpdateItemInput]():                "Key TableName AttributeUpdates ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure UpdateExpression",
	reflect.TypeFor[dynamodb.UpdateItemOutput]():               "Attributes ConsumedCapacity ItemCollectionMetrics",
	reflect.TypeFor[dynamodb.QueryInput]():                     "TableName AttributesToGet ConditionalOperator ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues FilterExpression IndexName KeyConditionExpression KeyConditions Limit ProjectionExpression QueryFilter ReturnConsumedCapacity ScanIndexForward Select",
	reflect.TypeFor[dynamodb.QueryOutput]():                    "ConsumedCapacity Count Items LastEvaluatedKey ScannedCount",
	reflect.TypeFor[dynamodb.ScanInput]():                      "TableName AttributesToGet ConditionalOperator ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues FilterExpression IndexName Limit ProjectionExpression ReturnConsumedCapacity ScanFilter Segment Select TotalSegments",
	reflect.TypeFor[dynamodb.ScanOutput]():                     "ConsumedCapacity Count Items LastEvaluatedKey ScannedCount",
	reflect.TypeFor[dynamodb.BatchGetItemInput]():              "RequestItems ReturnConsumedCapacity",
	reflect.TypeFor[dynamodb.BatchGetItemOutput]():             "ConsumedCapacity Responses UnprocessedKeys",
	reflect.TypeFor[dynamodb.BatchWriteItemInput]():            "RequestItems ReturnConsumedCapacity ReturnItemCollectionMetrics",
	reflect.TypeFor[dynamodb.BatchWriteItemOutput]():           "ConsumedCapacity ItemCollectionMetrics UnprocessedItems",
	reflect.TypeFor[dynamodb.TransactGetItemsInput]():          "TransactItems ReturnConsumedCapacity",
	reflect.TypeFor[dynamodb.TransactGetItemsOutput]():         "ConsumedCapacity Responses",
	reflect.TypeFor[dynamodb.TransactWriteItemsInput]():        "TransactItems ClientRequestToken ReturnConsumedCapacity ReturnItemCollectionMetrics",
	reflect.TypeFor[dynamodb.TransactWriteItemsOutput]():       "ConsumedCapacity ItemCollectionMetrics",
	reflect.TypeFor[dynamodb.ExecuteStatementInput]():          "Statement ConsistentRead Limit NextToken Parameters ReturnConsumedCapacity ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[dynamodb.ExecuteStatementOutput]():         "ConsumedCapacity Items LastEvaluatedKey NextToken",
	reflect.TypeFor[dynamodb.BatchExecuteStatementInput]():     "Statements ReturnConsumedCapacity",
	reflect.TypeFor[dynamodb.BatchExecuteStatementOutput]():    "ConsumedCapacity Responses",
	reflect.TypeFor[dynamodb.ExecuteTransactionInput]():        "TransactStatements ClientRequestToken ReturnConsumedCapacity",
	reflect.TypeFor[dynamodb.ExecuteTransactionOutput]():       "ConsumedCapacity Responses",
	reflect.TypeFor[dynamodb.SearchVectorsInput]():             "IndexName SearchVector TableName TopK ExpressionAttributeNames ExpressionAttributeValues ProjectionExpression ReturnConsumedCapacity SearchConditionExpression",
	reflect.TypeFor[dynamodb.SearchVectorsOutput]():            "ConsumedCapacity SearchResults",
	reflect.TypeFor[dynamodb.StartBulkPutItemsInput]():         "InputS3Configuration OutputS3Configuration TableName ClientToken MaxWriteRequestUnits PerformanceTier",
	reflect.TypeFor[dynamodb.StartBulkPutItemsOutput]():        "BulkOperationDescription",
	reflect.TypeFor[dynamodb.ExportTableToPointInTimeInput]():  "S3Bucket TableArn ClientToken ExportFormat ExportTime ExportType FilterSpecification IncrementalExportSpecification S3BucketOwner S3Prefix S3SseAlgorithm S3SseKmsKeyId",
	reflect.TypeFor[dynamodb.ExportTableToPointInTimeOutput](): "ExportDescription",
	reflect.TypeFor[types.FilterSpecification]():               "ExpressionAttributeNames ExpressionAttributeValues FilterExpression KeyConditionExpression ProjectionExpression",
	reflect.TypeFor[dynamodb.UpdateTimeToLiveInput]():          "TableName TimeToLiveSpecification",
	reflect.TypeFor[dynamodb.UpdateTimeToLiveOutput]():         "TimeToLiveSpecification",
	reflect.TypeFor[dynamodb.ImportTableInput]():               "InputFormat S3BucketSource TableCreationParameters ClientToken InputCompressionType InputFormatOptions",
	reflect.TypeFor[dynamodb.ImportTableOutput]():              "ImportTableDescription",
	reflect.TypeFor[types.TransactWriteItem]():                 "ConditionCheck Delete Put Update",
	reflect.TypeFor[types.Put]():                               "Item TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.Update]():                            "Key TableName UpdateExpression ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.Delete]():                            "Key TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.ConditionCheck]():                    "ConditionExpression Key TableName ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.Get]():                               "Key TableName ExpressionAttributeNames ProjectionExpression",
	reflect.TypeFor[types.TransactGetItem]():                   "Get",
	reflect.TypeFor[types.KeysAndAttributes]():                 "Keys AttributesToGet ConsistentRead ExpressionAttributeNames ProjectionExpression",
	reflect.TypeFor[types.WriteRequest]():                      "DeleteRequest PutRequest",
	reflect.TypeFor[types.PutRequest]():                        "Item",
	reflect.TypeFor[types.DeleteRequest]():                     "Key",
	reflect.TypeFor[types.ItemResponse]():                      "Item",
	reflect.TypeFor[types.ItemCollectionMetrics]():             "ItemCollectionKey SizeEstimateRangeGB",
	reflect.TypeFor[types.BatchStatementRequest]():             "Statement ConsistentRead Parameters ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.BatchStatementResponse]():            "Error Item TableName",
	reflect.TypeFor[types.BatchStatementError]():               "Code Item Message",
	reflect.TypeFor[types.ParameterizedStatement]():            "Statement Parameters ReturnValuesOnConditionCheckFailure",
	reflect.TypeFor[types.CancellationReason]():                "Code Item Message",
	reflect.TypeFor[types.ConditionalCheckFailedException]():   "Message ErrorCodeOverride Item",
	reflect.TypeFor[types.TransactionCanceledException]():      "Message ErrorCodeOverride CancellationReasons",
}

func TestTheSDKHasNoMembersThatNobodyHasLookedAt(t *testing.T) {
	for structure, names := range known {
		var got []string
		for i := range structure.NumField() {
			if field := structure.Field(i); field.IsExported() && field.Name != "ResultMetadata" {
				got = append(got, field.Name)
			}
		}
		want := strings.Fields(names)
		for _, name := range got {
			assert.Contains(t, want, name, "the SDK has added %s.%s: see whether it can leak, compare or return what is protected, treat it in the code, and then add it to known", structure, name)
		}
		for _, name := range want {
			assert.Contains(t, got, name, "the SDK has removed %s.%s: remove it from known", structure, name)
		}
	}
	for name, method := range sdkOperations(t) {
		if operations[name] != nil {
			assert.Contains(t, known, method.Type.In(2).Elem(), "list the members of the request of the new data operation %s in known", name)
			assert.Contains(t, known, method.Type.Out(0).Elem(), "list the members of the answer of the new data operation %s in known", name)
		}
	}
}

// notListed can hold attribute values, and needs no look of its own.
var notListed = []string{
	"AttributeValueMemberL", "AttributeValueMemberM", // values themselves
	"AttributeValueUpdate", "Condition", "ExpectedAttributeValue", // legacy parameters, refused whole
	"ExportDescription", // the filter of an export, without items
	"SearchResultItem",  // of SearchVectors, which is refused
}

// The types that hold attribute values are found in the source: reflection cannot
// list a package.
func TestTheSDKHasNoTypesWithItemsThatNobodyHasLookedAt(t *testing.T) {
	structures, errorTypes := typesOfTheSDK(t)
	holds := map[string]bool{"AttributeValue": true}
	for grown := true; grown; {
		grown = false
		for name, mentions := range structures {
			if !holds[name] && slices.ContainsFunc(mentions, func(mentioned string) bool { return holds[mentioned] }) {
				holds[name], grown = true, true
			}
		}
	}
	listed := slices.Clone(notListed)
	for structure := range known {
		listed = append(listed, structure.Name())
	}
	for name := range holds {
		if _, ok := structures[name]; ok {
			assert.Contains(t, listed, name, "types.%s of the SDK can hold items: treat it in the code, and list its members in known", name)
		}
	}
	var withItems []string
	for _, name := range errorTypes {
		if holds[name] {
			withItems = append(withItems, name)
		}
	}
	assert.ElementsMatch(t, []string{"ConditionalCheckFailedException", "TransactionCanceledException"}, withItems,
		"the errors that can hold items: openFailure in failure.go has to know each of them")
	assert.True(t, holds["CancellationReason"], "the test sees items")
}

// typesOfTheSDK returns what the structures of the SDK's package types mention, and
// which types are errors.
func typesOfTheSDK(t *testing.T) (structures map[string][]string, errorTypes []string) {
	t.Helper()
	found, err := build.Default.Import(reflect.TypeFor[types.Put]().PkgPath(), ".", build.FindOnly)
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(found.Dir, "*.go"))
	require.NoError(t, err)
	structures = map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "ErrorCode" {
					ast.Inspect(d.Recv, func(n ast.Node) bool {
						if star, ok := n.(*ast.StarExpr); ok {
							errorTypes = append(errorTypes, star.X.(*ast.Ident).Name)
						}
						return true
					})
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if structure, ok := spec.(*ast.TypeSpec); ok {
						collect(structure, structures)
					}
				}
			}
		}
	}
	require.Greater(t, len(structures), 100, "the package has another form now: mend this test")
	require.Greater(t, len(errorTypes), 20)
	return structures, errorTypes
}

// collect notes which names the fields of a structure mention.
func collect(spec *ast.TypeSpec, structures map[string][]string) {
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	structures[spec.Name.Name] = nil
	for _, field := range structure.Fields.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok {
				structures[spec.Name.Name] = append(structures[spec.Name.Name], name.Name)
			}
			return true
		})
	}
}

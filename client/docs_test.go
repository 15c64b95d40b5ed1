package client_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// page is docs/operations.md.
func page(t *testing.T) string { return document(t, "docs", "operations.md") }

// readme is the part of the README about the client.
func readme(t *testing.T) string {
	t.Helper()
	_, part, ok := strings.Cut(document(t, "README.md"), "\n## For code that is there already\n")
	require.True(t, ok)
	part, _, _ = strings.Cut(part, "\n## ")
	return part
}

func document(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.Join(path...)))
	require.NoError(t, err)
	return string(text)
}

// blocks are the code blocks of a text in a language.
func blocks(t *testing.T, text, language string) []string {
	t.Helper()
	var found []string
	for _, match := range regexp.MustCompile("(?ms)^ *```"+language+"\n(.*?)^ *```$").FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	require.NotEmpty(t, found)
	return found
}

var quoted = regexp.MustCompile("`([^`]+)`")

// rows are the rows of the page's tables whose last column is "test".
func rows(t *testing.T) [][]string {
	t.Helper()
	var found [][]string
	within := false
	for line := range strings.Lines(page(t)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		switch last := strings.TrimSpace(cells[len(cells)-1]); {
		case !strings.HasPrefix(line, "|"):
			within = false
		case last == "test":
			within = true
		case within && !strings.HasPrefix(line, "|---"):
			found = append(found, cells)
		}
	}
	require.NotEmpty(t, found)
	return found
}

// testFunctions are the names of the tests of this directory.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range parsed.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && strings.HasPrefix(function.Name.Name, "Test") {
				found[function.Name.Name] = true
			}
		}
	}
	require.Contains(t, found, t.Name())
	return found
}

func TestEveryRowOfThePageNamesATest(t *testing.T) {
	functions := testFunctions(t)
	for _, row := range rows(t) {
		names := quoted.FindAllStringSubmatch(row[len(row)-1], -1)
		assert.NotEmpty(t, names, "the row %q names no test", row)
		for _, name := range names {
			_, ok := suite[name[1]]
			assert.True(t, ok || functions[name[1]], "there is no test %q", name[1])
		}
	}
}

func TestThePageHasEveryOperationOfTheSDKAndNoOther(t *testing.T) {
	sdk := map[string]bool{}
	methods := reflect.TypeFor[*dynamodb.Client]()
	for i := range methods.NumMethod() {
		if method := methods.Method(i); method.Type.NumIn() == 4 && method.Type.In(1) == reflect.TypeFor[context.Context]() {
			sdk[method.Name] = true
		}
	}
	require.Greater(t, len(sdk), 50)

	documented := map[string]bool{}
	add := func(text string) {
		for _, name := range quoted.FindAllStringSubmatch(text, -1) {
			documented[name[1]] = true
			if name[1] == "DecryptStreamImage" || name[1] == "DecryptItem" {
				continue // a function of ours
			}
			assert.True(t, sdk[name[1]], "the SDK has no operation %q", name[1])
		}
	}
	for _, row := range rows(t) {
		add(row[0])
	}
	_, list, ok := strings.Cut(page(t), "These pass as they are:\n")
	require.True(t, ok)
	list, _, _ = strings.Cut(strings.TrimSpace(list), "\n\n")
	add(list)
	for name := range sdk {
		assert.True(t, documented[name], "the page lacks the operation %s", name)
	}
}

// The page quotes errors as they are, of a table as users declares it.
func TestTheErrorsOnThePageAreReal(t *testing.T) {
	w := newWorld(t, memdb.New().Client(), forms["wrapper"])
	var real []string
	for request, err := range quotedErrors(t, w) {
		require.Error(t, err, request)
		text := requestID.ReplaceAllString(strings.ReplaceAll(err.Error(), w.table, "users"), "RequestID: …")
		real = append(real, "> "+request+"\n"+text)
	}
	var onPage []string
	for _, block := range blocks(t, page(t), "text") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		require.Zero(t, len(lines)%2, "a request and its error have a line each")
		for pair := range slices.Chunk(lines, 2) {
			onPage = append(onPage, strings.Join(pair, "\n"))
		}
	}
	slices.Sort(real)
	slices.Sort(onPage)
	require.Equal(t, real, onPage)
	for _, block := range blocks(t, readme(t), "text") {
		require.Contains(t, strings.Join(real, "\n"), block)
	}
}

var requestID = regexp.MustCompile(`RequestID: \w+`)

// quotedErrors are the errors that the page quotes, by the requests that it names.
func quotedErrors(t *testing.T, w *world) map[string]error {
	db := w.wrapper(client.Tables(w.declared()))
	w.put(t, db, user("alice", 1), user("alice", 2), user("bob", 1))
	w.tamper(t, key("alice", 1))
	w.tamper(t, key("alice", 2))
	w.plant(t, user("plain", 1))

	found := map[string]error{}
	for filter, values := range map[string]crypto.Item{
		"begins_with(email, :e)": {":e": str("alice")}, "address.city = :c": {":c": str("Delft")}, "attribute_exists(address.city)": nil,
		"#s = :x": {":x": str("x")}, "created >": nil, "name = :x": {":x": str("x")}, "attribute_exists(email)": {":x": str("x")},
	} {
		request := "Scan, FilterExpression " + filter
		if filter == "attribute_exists(email)" {
			request += ", with the value :x"
		}
		_, found[request] = ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, FilterExpression: &filter, ExpressionAttributeValues: values,
			ExpressionAttributeNames: map[string]string{"#s": crypto.DefaultSignatureAttribute}})
	}
	for update, values := range map[string]crypto.Item{
		"SET email = :x": {":x": str("x")}, "SET #p = :x": {":x": str("x")}, "SET created = :x": {":x": num(1)}, "SET #v = email": nil,
	} {
		_, found["UpdateItem, "+update] = ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), UpdateExpression: &update,
			ExpressionAttributeNames: map[string]string{"#p": "plan", "#v": "views"}, ExpressionAttributeValues: values})
	}
	_, found["UpdateItem, ADD #v :one, of an item that is not there"] = ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("nobody", 1), UpdateExpression: aws.String("ADD #v :one"),
		ExpressionAttributeNames: map[string]string{"#v": "views"}, ExpressionAttributeValues: crypto.Item{":one": num(1)}})
	for statement, text := range map[string]string{
		`INSERT INTO "users" VALUE {'id': 'alice'}`:                           `INSERT INTO "` + w.table + `" VALUE {'id': 'alice'}`,
		`SELECT * FROM "arn:aws:dynamodb:us-east-1:000000000000:table/users"`: `SELECT * FROM "` + arn(w.table) + `"`,
	} {
		_, found["ExecuteStatement, "+statement] = ask(t, db.ExecuteStatement, &dynamodb.ExecuteStatementInput{Statement: &text})
	}
	reserved, big := user("alice", 1), user("alice", 1)
	reserved[crypto.DefaultSignatureAttribute] = str("x")
	big["email"] = str(strings.Repeat("x", 409500))
	for request, item := range map[string]crypto.Item{"an item that is encrypted already": reserved, "an item without its sort key": {"id": str("alice")}, "a large item": big} {
		_, found["PutItem of "+request] = ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: item})
	}
	_, found["Query with three legacy parameters"] = ask(t, db.Query, &dynamodb.QueryInput{TableName: &w.table, KeyConditions: keyConditions("id", "alice"),
		QueryFilter: keyConditions("plan", "free"), AttributesToGet: []string{"email"}})
	_, found["GetItem, ProjectionExpression id, email"] = ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("bob", 1), ProjectionExpression: aws.String("id, email")})
	_, found["Scan of a global index of keys"] = ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, IndexName: aws.String("keys")})
	_, found["Scan of another table"] = ask(t, db.Scan, &dynamodb.ScanInput{TableName: aws.String("sessions")})
	_, found["UpdateTimeToLive by email"] = ask(t, db.UpdateTimeToLive, &dynamodb.UpdateTimeToLiveInput{TableName: &w.table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("email"), Enabled: aws.Bool(true)}})

	_, found["GetItem of an item that was changed"] = ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
	_, found["GetItem of a plaintext item"] = ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("plain", 1)})
	_, found["Query of a page with two bad items, CollectBadItems"] = ask(t, w.users(client.CollectBadItems()).Query, w.queryAll("alice"))
	_, found["PutItem with ALL_OLD over an item that was changed"] = ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ReturnValues: types.ReturnValueAllOld})
	_, found["PutItem under a condition that fails, of an item that was changed"] = ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 2),
		ConditionExpression: aws.String("attribute_not_exists(id)"), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return found
}

// Package generatedcode has generated code, some of it of older models.
package generatedcode

/* want +3 `^type generatedcode.Missing: the directive asks for generated code and there is none, run go generate$` */
/* want +3 `^type generatedcode.Gone: the directive names a type that is not in the package, correct its -type$` */

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type User,Order,Missing
//go:generate go tool ddbcryptgen -type=Gone
//go:generate go tool ddbcryptgen -check -type Missing
//go:generate stringer -type Missing

type User struct {
	ID   string `dynamodbav:"id" ddbcrypt:"partition"`
	Plan string `dynamodbav:"plan" ddbcrypt:"sign"`
}

type Order struct {
	ID   string `dynamodbav:"id" ddbcrypt:"partition"`
	Plan string `dynamodbav:"plan" ddbcrypt:"sign"`
	Note string `dynamodbav:"note"`
}

type Missing struct {
	ID string `ddbcrypt:"partition"`
}

type Faulty struct {
	ID string `ddbcrypt:"partiton"` // want `unknown word`
}

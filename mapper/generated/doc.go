// Package generated is what code written by ddbcryptgen calls. Programs have no other
// use for it, and it changes with the generator: generate anew after an update.
//
// Generated code states the model of a struct type and encodes and decodes its fields
// without reflection, by the rules of attributevalue with its default options. What
// attributevalue alone knows (types with methods of their own, values of another type
// than expected) is left to it, field by field, so that the results are the same.
package generated
